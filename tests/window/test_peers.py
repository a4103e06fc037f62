"""Who asks, behind which proxies, and how many of them at once."""

import pytest

from mailgate.window.http.peers import Crowd, Proxies, of_one, read

OURS = ("127.0.0.1/32", "10.0.0.0/8", "2001:db8:1::/64")


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.7", ["203.0.113.9"], "192.0.2.7"),  # nobody of ours: not believed
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["6.6.6.6, 203.0.113.9"], "203.0.113.9"),  # what the client itself said stands before
        ("127.0.0.1", ["6.6.6.6", "203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        ("127.0.0.1", ["203.0.113.9, rubbish"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, rubbish, 10.1.2.3"], "10.1.2.3"),
        ("127.0.0.1", ["203.0.113.9:51234"], "203.0.113.9"),
        ("127.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"),
        ("::ffff:127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:1::5", ["203.0.113.9"], "203.0.113.9"),
        ("2001:db8:2::5", ["203.0.113.9"], "2001:db8:2::5"),
        ("unix", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.1", [",".join(["10.0.0.2"] * 5000)], "10.0.0.2"),
    ],
)
def test_w27_the_last_hop_that_is_no_proxy_of_ours(peer: str, forwarded: list[str], client: str) -> None:
    assert Proxies(OURS).client(peer, forwarded) == client


def test_w26_one_network_of_ipv6_counts_as_one() -> None:
    assert of_one("2001:db8::1") == of_one("2001:db8::ffff:2") == "2001:db8::/64"
    assert of_one("2001:db8:0:1::1") != of_one("2001:db8::1")
    assert of_one("::ffff:192.0.2.1") == of_one("192.0.2.1") == "192.0.2.1"
    assert (of_one("testclient"), read("testclient"), read("1.2.3"), read("")) == ("testclient", None, None, None)


def test_so_many_of_one_and_so_many_in_all() -> None:
    crowd = Crowd(2, 4)
    assert [crowd.enter(one) for one in ("a", "a", "a", "b", "c", "d")] == [True, True, False, True, True, False]
    crowd.leave("a")
    assert crowd.enter("a", counted=False) and not crowd.enter("p", counted=False)
    crowd.leave("b")
    assert not crowd.enter("a") and crowd.enter("a", counted=False)

// Keeps a board fresh; the page works without.
const $ = id => document.getElementById(id), live = $("live"), fresh = $("fresh"), is = fresh.dataset, hold = $("pause"), lost = $("stale");
const all = x => [...live.querySelectorAll(x)], say = (x, words) => x.textContent = words.replace("{clock}", is.at);
let off, timer;
const stale = () => { say(lost, lost.dataset.text); lost.hidden = 0; };
const heard = at => {
  clearTimeout(timer); timer = setTimeout(stale, 2e4); lost.hidden = 1;
  if (!off) say(fresh, is.asOf, is.at = at);
};
const renew = async () => {
  const got = await fetch(location.pathname + "?part").catch(() => 0);
  if (got.redirected) location.reload();
  if (!got.ok) return stale();
  const old = all("b"), open = all("details"), text = await got.text();
  if (off) return;
  live.innerHTML = text;
  all("details").forEach((x, i) => x.open = open[i]?.open);
  all(".tile b").forEach((x, i) => x.classList.toggle("fresh", old[i]?.textContent != x.textContent));
  heard(live.firstElementChild.dataset.at);
};
const from = new EventSource(location.pathname + "/events");
from.addEventListener("same", e => heard(e.data));
from.addEventListener("changed", renew);
from.onerror = () => from.readyState > 1 ? setInterval(renew, 3e4) : stale();
if (hold) {
  hold.hidden = 0;
  hold.onclick = () => { hold.ariaPressed = off = !off; say(hold, hold.dataset[off]); renew(); };
}

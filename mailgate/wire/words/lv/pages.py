"""What pages say in Latvian: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Pāriet uz saturu",
    "page.common.error": "Kļūda:",
    "page.common.look_again": {
        "zero": "Lūdzu, pārbaudiet {n} lauku",
        "one": "Lūdzu, pārbaudiet {n} lauku",
        "other": "Lūdzu, pārbaudiet {n} laukus",
    },
    "page.common.optional": "nav obligāti",
    "page.common.send": "Nosūtīt",
    "page.common.again": "Nosūtīt vēlreiz",
    "page.common.try_again": "Mēģināt vēlreiz",
    "page.common.kept": "Jūsu ziņa ir saglabāta",
    "page.common.kept_how": "Nekas no uzrakstītā nav zudis. Faili jāizvēlas no jauna.",
    "page.common.your_words": "Jūsu ziņa",
    "page.common.files": "Faili",
    "page.common.files_how": "ne vairāk kā {n}, kopā līdz {size}",
    "page.common.language": "Valoda",
    "page.common.nobody": "vēl neviens",
    "page.problem.bad": "Mēs to nesapratām",
    "page.problem.bad_how": "Atgriezieties, ielādējiet lapu no jauna un mēģiniet vēlreiz.",
    "page.problem.foreign": "Tas netika nosūtīts no mūsu lapas",
    "page.problem.foreign_how": "Atveriet lapu no jauna un sūtiet no tās.",
    "page.problem.missing": "Šādas lapas nav",
    "page.problem.missing_how": "Iespējams, adrese ir aprauta. Nokopējiet to pilnībā no mūsu vēstules vai vienkārši atbildiet uz vēstuli.",
    "page.problem.old": "Šī saite ir novecojusi",
    "page.problem.old_how": "Atbildiet uz jebkuru mūsu vēstuli: Jūsu ziņa mūs sasniegs tāpat.",
    "page.problem.method": "Šeit tas nav iespējams",
    "page.problem.method_how": "Atveriet lapu no jauna un izmantojiet tās pogas.",
    "page.problem.large": "Tas ir par lielu",
    "page.problem.large_how": "Atstājiet kādu failu nepievienotu vai izvēlieties mazāku. Lielus failus var sūtīt arī pa e-pastu.",
    "page.problem.many": "Pārāk daudz pieprasījumu uzreiz",
    "page.problem.many_how": "Lūdzu, uzgaidiet dažas minūtes un mēģiniet vēlreiz vai rakstiet mums e-pastu.",
    "page.problem.broken": "Tas neizdevās",
    "page.problem.broken_how": "Kļūda ir mūsu pusē un ir piefiksēta. Lūdzu, mēģiniet vēlāk vai rakstiet mums e-pastu.",
    "page.problem.away": "Mēs pašlaik startējam no jauna",
    "page.problem.away_how": "Tas aizņems ne vairāk kā minūti. Pēc tam mēģiniet vēlreiz.",
    "page.refused.gone": "Šajā adresē nekā nav. Iespējams, tā ir aprauta: nokopējiet to pilnībā no mūsu vēstules.",
    "page.refused.old": "Saites derīguma termiņš ir beidzies. Atbildiet uz jebkuru mūsu vēstuli: Jūsu ziņa mūs sasniegs tāpat.",
    "page.refused.slow": "Lūdzu, brīdi uzgaidiet un mēģiniet vēlreiz vai rakstiet mums e-pastu.",
    "page.refused.size": "Faili kopā drīkst būt ne lielāki par {size}. Atstājiet kādu nepievienotu vai sūtiet to pa e-pastu.",
    "page.refused.files": {
        "zero": "Lūdzu, sūtiet ne vairāk kā {n} failus.",
        "one": "Lūdzu, sūtiet ne vairāk kā {n} failu.",
        "other": "Lūdzu, sūtiet ne vairāk kā {n} failus.",
    },
    "page.refused.closed": "Veidlapa pašlaik ir slēgta. Lūdzu, rakstiet mums e-pastu.",
    "page.refused.login": "Vispirms piesakieties.",
    "page.refused.forbidden": "Šādas lapas nav, vai arī tā nav paredzēta Jums.",
    "page.refused.trouble": "Kļūda ir mūsu pusē un ir piefiksēta. Lūdzu, mēģiniet vēlāk vai rakstiet mums e-pastu.",
}

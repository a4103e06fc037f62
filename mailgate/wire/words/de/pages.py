"""What pages say in German: a block for each area of the window."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, str | Mapping[str, str]] = {
    # Every page
    "page.common.skip": "Zum Inhalt springen",
    "page.common.error": "Fehler:",
    "page.common.look_again": {
        "one": "Bitte prüfen Sie ein Feld noch einmal",
        "other": "Bitte prüfen Sie {n} Felder noch einmal",
    },
    "page.common.optional": "freiwillig",
    "page.common.send": "Absenden",
    "page.common.again": "Noch einmal absenden",
    "page.common.try_again": "Noch einmal versuchen",
    "page.common.kept": "Ihre Nachricht ist noch da",
    "page.common.kept_how": "Von dem, was Sie geschrieben haben, ist nichts verloren. Dateien müssen neu ausgewählt werden.",
    "page.common.your_words": "Ihre Nachricht",
    "page.common.files": "Dateien",
    "page.common.files_how": "höchstens {n}, zusammen bis {size}",
    "page.common.language": "Sprache",
    "page.common.nobody": "noch niemand",
    "page.problem.bad": "Das haben wir nicht verstanden",
    "page.problem.bad_how": "Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.",
    "page.problem.foreign": "Das kam nicht von unserer Seite",
    "page.problem.foreign_how": "Öffnen Sie die Seite noch einmal und senden Sie von dort ab.",
    "page.problem.missing": "Diese Seite gibt es nicht",
    "page.problem.missing_how": "Vielleicht wurde die Adresse abgeschnitten. Kopieren Sie sie vollständig aus unserer E-Mail, oder antworten Sie einfach auf die E-Mail.",
    "page.problem.old": "Dieser Link ist zu alt",
    "page.problem.old_how": "Antworten Sie stattdessen auf eine unserer E-Mails: Ihre Nachricht erreicht uns genauso.",
    "page.problem.method": "Das geht hier nicht",
    "page.problem.method_how": "Öffnen Sie die Seite noch einmal und benutzen Sie die Schaltflächen darauf.",
    "page.problem.large": "Das ist zu groß",
    "page.problem.large_how": "Lassen Sie eine Datei weg oder wählen Sie eine kleinere. Große Dateien können Sie auch per E-Mail schicken.",
    "page.problem.many": "Das war zu viel auf einmal",
    "page.problem.many_how": "Bitte warten Sie einige Minuten und versuchen Sie es dann noch einmal, oder schreiben Sie uns eine E-Mail.",
    "page.problem.broken": "Das hat nicht geklappt",
    "page.problem.broken_how": "Der Fehler liegt bei uns und ist vermerkt. Bitte versuchen Sie es später noch einmal, oder schreiben Sie uns eine E-Mail.",
    "page.problem.away": "Wir starten gerade neu",
    "page.problem.away_how": "Das dauert höchstens eine Minute. Versuchen Sie es dann noch einmal.",
    "page.refused.gone": "Unter dieser Adresse gibt es nichts. Vielleicht wurde sie abgeschnitten: Kopieren Sie sie vollständig aus unserer E-Mail.",
    "page.refused.old": "Dieser Link ist abgelaufen. Antworten Sie stattdessen auf eine unserer E-Mails: Ihre Nachricht erreicht uns genauso.",
    "page.refused.slow": "Bitte warten Sie einen Augenblick und versuchen Sie es dann noch einmal, oder schreiben Sie uns eine E-Mail.",
    "page.refused.size": "Die Dateien dürfen zusammen höchstens {size} groß sein. Lassen Sie eine weg, oder schicken Sie sie per E-Mail.",
    "page.refused.files": {
        "one": "Bitte senden Sie höchstens eine Datei.",
        "other": "Bitte senden Sie höchstens {n} Dateien.",
    },
    "page.refused.closed": "Das Formular ist zurzeit geschlossen. Bitte schreiben Sie uns eine E-Mail.",
    "page.refused.login": "Bitte melden Sie sich zuerst an.",
    "page.refused.forbidden": "Diese Seite gibt es nicht, oder sie ist nicht für Sie bestimmt.",
    "page.refused.trouble": "Der Fehler liegt bei uns und ist vermerkt. Bitte versuchen Sie es später noch einmal, oder schreiben Sie uns eine E-Mail.",
}

"""What mail programs write when somebody only pressed a thumb, and what bounces say in plain words."""

from __future__ import annotations

import re

_REACTION = re.compile(
    r"\s{0,4}(?:"
    r"[^\n]{0,80}\b(?:reacted (?:to your (?:message|email)|via (?:gmail|outlook))|reagoi (?:viestiisi|gmailin kautta)"
    r"|zareagował(?:a|\(a\))? (?:na (?:twoją|twój) (?:wiadomość|e-mail)|(?:przez|za pomocą) gmail)"
    r"|reaģēja (?:uz (?:jūsu|tavu) (?:ziņojumu|vēstuli|e-pasta ziņojumu)|pakalpojumā gmail)"
    r"|hat (?:auf (?:ihre|deine) (?:nachricht|e-?mail) reagiert|über gmail reagiert)"
    r"|reagerade (?:på ditt (?:meddelande|mejl)|via gmail)|reageeris (?:sinu|teie) (?:sõnumile|kirjale)"
    r"|reagerte på (?:meldingen|e-posten) din|reagerede på din (?:meddelelse|mail)|a réagi à (?:votre"
    r"|ton) (?:message|e-mail)|ha reaccionado a tu mensaje"
    r"|heeft gereageerd op (?:je|uw) (?:bericht|e-mail)|ha reagito al tuo messaggio)(?=[^\S\n]*+[:.]?[^\S\n]*+(?:\n|$))"
    r"|(?:liked|loved|disliked|laughed at|emphasized|questioned|tykkäsi|rakasti|polubiono|lubi|gillade"
    r"|älskade) ?:? [\"“”„«][^\n]{1,400}[\"“”»]\s*$"
    r"|liked: ?[^\n]{1,200}\s*$"
    r")",
    re.IGNORECASE,
)


def is_reaction(text: str) -> bool:
    """True when the first line of `text` is a mail client's way to say that a button was pressed."""
    opening = text[:600].strip()
    return _REACTION.match(opening.split("\n\n", 1)[0]) is not None


def only_reaction(text: str) -> bool:
    """True when every line of `text` is such a sentence, an address of the web or a picture: nobody typed a word."""
    lines = (line.strip() for line in text[:4000].split("\n"))
    return len(text) <= 4000 and all(
        not re.search(r"[^\W\d_]{2}", line) or _REACTION.match(line) or re.fullmatch(r"<?https?://\S+>?", line)
        for line in lines
    )


def says_undelivered(text: str) -> bool:
    """True when a text speaks of a mail that was not delivered, or not yet."""
    return FAILED.search(text) is not None or DELAYED.search(text) is not None


# Subjects of delivery reports, lower case; a reply prefix before them makes it a person's mail about one.
SUBJECTS = re.compile(
    r"\[bounce\]|配信(?:できま|に失敗|不能|されま)|届けら?れま"
    r"|(?<!\w)(?:undeliver|permanent delivery|user unknown|non.?deliver|ndn\b|delivery (?:status|notif|failure"
    r"|fail|report|has failed|delay|problem|problems|error|unsuccess)|returned (?:mail|to sender|e?mail|message)"
    r"|(?:mail|message|e-?mail|your (?:mail|message|e-?mail)[^\n]{0,60}) (?:delivery|system error|could not"
    r"|not deliver|delay|returned|was not|status|has not|undeliver|bounc)|failure (?:notice|delivery|notif)"
    r"|failed (?:mail|delivery|message|recipient)|mail(?:er)? (?:error|failure|failed)|warning: (?:could not"
    r"|message|mail|your)|bounced? (?:mail|message|e-?mail)|mdaemon (?:notification|warning)"
    r"|nondeliverable|user unknown|unzustellbar|mail ?delivery|rejected (?:mail|message|posting)|delayed mail"
    r"|transient delivery|could not deliver|unable to deliver|error sending|problem (?:in )?deliver"
    r"|unknown (?:recipient|user|address)|auto(?:matic)? (?:reply)? ?: ?undeliver|benachrichtung"
    r"|benachrichtigung zum übermittlungsstatus|nicht zugestellt|nachricht (?:nicht|konnte)"
    r"|toimittamaton|viestiä ei|sähköpostia ei|toimitusilmoitus|toimitus(?:virhe|ongelma)|ei toimitettu"
    r"|nie ?dostarczon|niedostarczon|niedoręcz|zwrot (?:wiadomości|poczty)|powiadomienie o (?:statusie|stanie"
    r"|niedost)"
    r"|nepiegād|neizdevās piegādāt|piegādes (?:statuss|kļūda)|olevererbar|oleverera|meddelandet kunde inte"
    r"|leveransstatus|kättetoimetamatu|kirja ei (?:saanud|õnnestunud)|kohaletoimetamata"
    r"|non ?remis|échec de (?:la )?remise|notification d.état|no se (?:puede|pudo) entregar|no entregado"
    r"|devolución|entrega (?:fallida|fracas)|mislukt|onbestelbaar|niet bezorgd|mancato recapito"
    r"|messaggio non recapit"
    r"|配信できま|配信に失敗|配信不能|届けられ"
    r"|avis de non|ikke (?:levert|leveret)|kan ikke leveres|недостав|не доставлено)",
    re.IGNORECASE,
)
SENDERS = re.compile(
    r"mailer-?daemon|mail-?daemon|post_?mast|sysadmin@|interscan|mail delivery|delivery subsystem|mail-?system"
    r"|mail administrator|mailadmin|mail\.?delivery"
    r"|system administrator|mdaemon|exchange|bounce|smtp-?gateway|mail ?gateway|^(?:uucp|daemon|smtpd?|root"
    r"|nobody|mailerdaemon)@|smtp[-_. ]|mail[-_ ]?service|imss|mmdf|amavis|antivirus|no-?reply@app\.auone",
    re.IGNORECASE,
)
FAILED = re.compile(
    r"配信(?:できま|に失敗|不能|されま)|届けら?れま|見つかりません|存在しません"
    r"|could ?n.t be delivered|recipients? failed|invalid final|exceeds (?:the |its )?(?:allowed|maximum|quota"
    r"|storage)|did not (?:exactly )?match|(?:was|is) ?n.t able to deliver|not a valid user|user not found"
    r"|could not be delivered|not delivered|was not delivered|undeliver|failed to deliver"
    r"|delivery (?:has )?failed|permanent(?:ly)? (?:fatal )?(?:error|fail)|user unknown|unknown user"
    r"|no such (?:user|address|recipient|mailbox|account)|mailbox (?:is )?(?:full|unavailable|not found"
    r"|disabled|inactive)|unknown (?:recipient|address|local)|does not exist|did not reach"
    r"|not (?:be )?able to (?:be )?deliver|unable to deliver"
    r"|returned to (?:you|sender)|over quota|quota exceeded|host unknown|rejected|unrouteable|unrouteable"
    r"|no mailbox here|does ?n.t have|not listed in|invalid recipient|address(?:es)? had|fatal errors?"
    r"|not our customer|bounc|not known"
    r"|invalid (?:user|address|mailbox)|not a (?:valid|known)|account (?:is )?(?:disabled|closed|inactive"
    r"|suspended)|recipient(?:s)? (?:not|address|unknown|rejected)|sorry|error|konnte nicht|nicht zugestellt"
    r"|perillepääs|ei voitu toimittaa|vastaanottajaa ei"
    r"|nie (?:można|udało|została|mogła)|nav iespējams|neizdevās|kunde inte|ei saanud|n'a pas pu|impossible"
    r"|no se (?:pudo|ha podido)|niet (?:worden )?(?:afgeleverd|bezorgd)|non (?:è stato|recapit)",
    re.IGNORECASE,
)
DELAYED = re.compile(
    r"\bdelay(?:ed|s)?\b|will (?:continue|keep) (?:to )?(?:try|be )|still (?:being )?(?:try|retr|attempt)"
    r"|has not (?:yet )?been (?:collected|delivered)|have not (?:yet )?been delivered"
    r"|not yet (?:been )?delivered|warning message only|you do not need to (?:resend|re-send)"
    r"|do not need to resend"
    r"|is (?:still )?being (?:retried|queued)|queued for|trying to deliver|attempts? will (?:continue|be made)"
    r"|this is a warning|could not (?:yet )?be delivered (?:yet|for)|transient|temporar(?:y|ily) (?:error|fail"
    r"|problem|deferr)|viivästy|opóźnion|aizkavē|verzögert|försenad",
    re.IGNORECASE,
)
FINAL = re.compile(
    r"permanent|giving up|have(?:n't| not) been able to deliver .{0,40}for|gave up|no longer|will not be retr"
    r"|given up|could not be delivered to one or more|fatal|too long in|expired|timed out|user unknown"
    r"|has been (?:returned|removed)|final",
    re.IGNORECASE,
)
CHALLENGES = re.compile(
    r"(?:please )?(?:confirm|verify|authenticat|approve)[^\n]{0,40}(?:message|e-?mail|mail|sender|delivery"
    r"|that you|yourself|address)|requires? (?:your )?(?:confirmation|verification|authentication|approval)"
    r"|confirmation (?:required|needed|request)|challenge|sender verification|(?:one-?time"
    r"|first-?time) (?:sender|verification|confirm)|verification (?:required|needed)|bestätig(?:en"
    r"|ung) (?:erforderlich|benötigt)"
    r"|waiting for (?:your )?(?:confirmation|verification|approval)|spam ?(?:arrest|blocker"
    r"|filter)[^\n]{0,40}(?:confirm|verif)|held (?:for|pending|until)",
    re.IGNORECASE,
)
CHALLENGE_BODY = re.compile(
    r"(?:click|visit|follow|use|reply|respond|go to|press|enter|answer|antworten|klicken)[^.]{0,200}(?:confirm"
    r"|verif|deliver|link|below|http|approve|release|list|code|message)"
    r"|(?:confirm|verif|release|approve)[^.]{0,120}(?:repl|link|click|http)",
    re.IGNORECASE | re.DOTALL,
)

# Words that only a challenge has, and that it speaks of a mail it holds back.
CHALLENGE_SURE = re.compile(
    r"(?:account|address|inbox|mailbox|e-?mail) is protected by|(?:added|add(?:ing)? you) to (?:the|my|his"
    r"|her)[^.]{0,40}(?:allowed|approved|white|safe|guest)"
    r"|not (?:yet )?(?:on|in|been added to) (?:my|the|his|her)[^.]{0,30}(?:allowed|approved|white|safe|guest)"
    r"|complete (?:the|this) (?:verification|captcha)"
    r"|one-?time (?:verification|confirmation|process|authentication)|sender (?:is )?not pre-?approved"
    r"|prove (?:that )?you are (?:a )?(?:human|person|not)",
    re.IGNORECASE,
)
# One of these stands in every text CHALLENGE_SURE finds: a cheap look first.
CHALLENGE_HINTS = (
    "is protected by", "allowed", "approved", "white", "safe", "guest",
    "captcha", "one-time", "onetime", "complete th", "prove ",
)  # fmt: skip
CHALLENGE_ABOUT = re.compile(
    r"your (?:message|e-?mail|mail)[^.]{0,120}(?:received|held|hold|wait|deliver|quarantin|pending"
    r"|not (?:yet )?been)|deliver(?:y of)? your (?:message|e-?mail|mail)",
    re.IGNORECASE | re.DOTALL,
)
# Names that mail programs have and companies do not.
PROGRAMS = re.compile(
    r"mdaemon|post_?mast|interscan|vzwpix|vtext|mail-?system|mail ?gateway|amavis|mmdf|imss|mail delivery",
    re.IGNORECASE,
)
# Sentences of programs that call themselves by a person's or a company's address.
SIGNED = re.compile(
    r"this is the james mail server|error message below:\s{1,9}[45][0-9]{2}[ -]|message from interscan"
    r"|could not be delivered to mobile|your mail (?:sent on|attempted to be delivered on):? \w{3}, [0-9]{1,2} "
    r"|次のメールは配信できま|以下に配信されませんでした|次の宛先に配信できませんでした",
    re.IGNORECASE,
)
DAEMONS = re.compile(r"mailer-?daemon|mail delivery (?:sub)?system|mail-?daemon|delivery subsystem", re.IGNORECASE)

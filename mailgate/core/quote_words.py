"""The words mail programs put around quoted history, in the languages our customers write."""

from __future__ import annotations

# Labels of the header block Outlook and others put above the quoted mail, grouped by what they label.
SENDER_LABELS = frozenset(
    """
    from|von|de|da|van|från|fra|lähettäjä|od|no|saatja|nuo|от|отправитель|від|remetente|expéditeur|afsender|avsender
    |avsändare|absender|afzender|mittente|kimden|feladó|nadawca|sūtītājs|siuntėjas|από|发件人|寄件者|差出人|보낸 사람|odesílatel
    |odosielateľ|reply-to|svar till|antwort an|odpowiedz do
    """.replace("\n", "")
    .strip()
    .replace("    ", "")
    .split("|")
)
DATE_LABELS = frozenset(
    """
    sent|date|gesendet|gesendet am|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|enviada em|enviado em|fecha|data
    |inviato|verzonden|verstuurd|skickat|sendt|dato|lähetetty|päivämäärä|päiväys|pvm|wysłano|wysłane|nosūtīts|datums
    |saadetud|saatmisaeg|kuupäev|išsiųsta|отправлено|дата|надіслано|elküldve|dátum|gönderilme tarihi|tarih|odesláno
    |发送时间|日期|送信日時|日付|보낸 날짜|odoslané|aika
    """.replace("\n", "")
    .strip()
    .replace("    ", "")
    .split("|")
)
TO_LABELS = frozenset(
    """
    to|an|à|a|para|aan|naar|till|til|vastaanottaja|vastaanottajat|do|adresat|kam|adressaat|saaja|kellele|кому|címzett
    |kime|komu|destinataire|destinatario|destinatário|per|empfänger|mottagare|modtager|mottaker|收件人|收件者|宛先|받는 사람
    |cc|kopio|kopia|kopija|kopie|kopi|dw|udw|copie|koopia|копия|bcc|cópia|copia|másolatot kap|bilgi|kam/kur|kam (to)
    """.replace("\n", "")
    .strip()
    .replace("    ", "")
    .split("|")
)
SUBJECT_LABELS = frozenset(
    """
    subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|tēma|temats|teema|tema|тема|tárgy|konu
    |předmět|predmet|主题|主旨|件名|제목|sujet|importance|tärkeys|ważność|attachments|liitteet|załączniki|anlagen|prioritet
    """.replace("\n", "")
    .strip()
    .replace("    ", "")
    .split("|")
)

# Verbs of an attribution line ("On Friday, Ann wrote:"), lower case.
VERBS = (
    "wrote", "writes", "kirjoitti", "kirjoittaa", "napisał", "napisała", "napisał(a)", "pisze", "napisane przez",
    "napisana przez", "rakstīja", "raksta", "schrieb", "schreibt", "skrev", "skrifaði", "kirjutas", "écrit", "écrivait", "escribió",
    "escreveu", "escribiu", "va escriure", "scritto", "scrisse", "schreef", "geschreven", "rašė", "parašė", "rašo",
    "написал", "написала", "пишет", "писал", "писала", "написав", "пише", "napsal", "napsal(a)", "napísal", "írta",
    "yazdı", "şunları yazdı", "έγραψε", "写道", "寫道", "書きました", "作成", "님이 작성", "said", "sent", "scris",
    "wysłano", "lähetti", "viết", "menulis",
)  # fmt: skip

# The name in "----- Original Message -----" rules, lower case.
ORIGINAL = (
    "original message", "original mail", "original e-mail", "original email", "reply message", "reply to message",
    "alkuperäinen viesti", "alkuperäinen sähköposti", "wiadomość oryginalna", "oryginalna wiadomość", "treść oryginalnej wiadomości",
    "sākotnējā vēstule", "sākotnējais ziņojums", "oriģinālā vēstule", "ursprüngliche nachricht", "originalnachricht",
    "original-nachricht", "ursprungliche nachricht", "ursprüngliche mail", "originalmeddelande", "ursprungligt meddelande", "ursprungsmeddelande",
    "oprindelig meddelelse", "opprinnelig melding", "original meddelelse", "algne kiri", "algteade", "algne sõnum", "originaalkiri",
    "message d'origine", "message original", "mensaje original", "mensagem original", "messaggio originale",
    "messaggio originario", "oorspronkelijk bericht", "origineel bericht", "pirminis laiškas", "originalus laiškas",
    "исходное сообщение", "пересылаемое сообщение", "конец исходного сообщения", "оригинальное сообщение", "původní zpráva",
    "eredeti üzenet", "orijinal mesaj", "原始邮件", "原始郵件", "original appointment", "alkuperäinen tapaaminen", "quoted message",
)  # fmt: skip
FORWARDED = (
    "forwarded message", "begin forwarded message", "forwarded mail", "forwarded by", "välitetty viesti", "edelleenlähetetty viesti",
    "välitetty viesti alkaa", "edelleenlähetetty viesti alkaa", "aloita välitetty viesti",
    "wiadomość przekazana", "przekazana wiadomość", "treść przekazanej wiadomości", "początek przekazywanej wiadomości",
    "początek wiadomości przekazanej dalej", "przesłana wiadomość", "wiadomość przesłana dalej", "pārsūtīta vēstule", "pārsūtīts ziņojums", "pārsūtītā vēstule", "pārsūtīta ziņa",
    "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail", "weitergeleitete mail",
    "vidarebefordrat meddelande", "vidarebefordrat mail", "vidarebefordrat brev", "videresendt meddelelse", "videresendt besked",
    "videresendt melding", "start på videresendt besked", "edastatud kiri", "edastatud sõnum", "message transféré",
    "début du message transféré", "début du message réexpédié", "mensaje reenviado", "inicio del mensaje reenviado", "mensagem encaminhada", "início da mensagem encaminhada",
    "messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht", "persiųstas laiškas",
    "пересланное сообщение", "начало переадресованного сообщения", "přeposlaná zpráva", "továbbított üzenet",
    "vidarebefordrat meddelande börjar", "vidarebefordrat meddelande:", "iletilen mesaj", "转发的邮件",
)  # fmt: skip

# How a phone or a small mail program signs, lower case; the device or program follows or precedes.
SENT_FROM = (
    "sent from my", "sent from", "sent with", "sent via", "sent using", "get outlook for", "downloaded from my", "typed on my",
    "lähetetty", "hanki outlook", "wysłane z", "wysłano z", "pobierz outlook", "wysłana z", "nosūtīts no", "sūtīts no", "iegūt outlook",
    "iegūstiet outlook", "von meinem", "gesendet mit", "gesendet von", "gesendet aus", "diese nachricht wurde von meinem",
    "holen sie sich outlook", "outlook für", "skickat från", "skickat med", "skickades från", "hämta outlook", "sendt fra", "sendt med", "hent outlook",
    "få outlook", "saadetud minu", "saadetud", "hangi outlook", "hankige outlook", "envoyé de", "envoyé depuis", "envoyé à partir",
    "télécharger outlook", "obtenez outlook", "enviado desde", "enviado do", "enviado de", "enviado via", "obtener outlook", "obter o outlook",
    "inviato da", "ottieni outlook", "scarica outlook", "verzonden vanaf", "verstuurd vanaf", "verzonden met", "verstuurd vanuit", "verzonden vanuit", "outlook voor", "išsiųsta iš",
    "gauti outlook", "отправлено с", "отправлено из", "отправлено через", "надіслано з", "odesláno z", "elküldve", "trimis de pe", "sendt frá",
    "iphone'umdan gönderildi", "發自我的", "发自我的", "iphoneから送信",
)  # fmt: skip
DEVICES = (
    "iphone", "ipad", "ipod", "android", "samsung", "galaxy", "huawei", "xiaomi", "nokia", "blackberry", "windows", "outlook", "gmail", "k-9",
    "yahoo", "mailbox", "mobile", "mobiili", "phone", "puhelim", "telefon", "mobil", "handy", "smartphone", "telef", "älypuhelim", "tablet",
    "tabletin", "proton", "thunderbird", "mail", "sähköposti", "poczt", "pasta", "post", "apple", "ios", "macbook", "mac", "honor", "oneplus",
    "motorola", "sony", "xperia", "lumia", "htc", "lg", "pixel", "verizon", "at&t", "t-mobile", "telia", "elisa", "dna", "wp", "onet", "o2", "interia",
    "web.de", "gmx", "freemail", "телефон", "айфон", "почт", "viedt", "tālruņ", "nutitelefon", "spark", "superhuman", "airmail", "bluemail",
    "aquamail", "fairphone", "redmi", "realme", "oppo", "vivo", "zte", "nexus", "treo", "palm", "sidekick", "blueberry",
)  # fmt: skip


def _fields() -> dict[str, frozenset[str]]:
    groups = {"from": SENDER_LABELS, "date": DATE_LABELS, "to": TO_LABELS, "subject": SUBJECT_LABELS}
    return {
        label: frozenset(group for group, labels in groups.items() if label in labels)
        for labels in groups.values()
        for label in labels
    }


FIELDS = _fields()

"""The words mail programs put around quoted history, in the languages our customers write."""

from __future__ import annotations


def table(text: str) -> tuple[str, ...]:
    """The entries of a table, in the order they are written, lower case."""
    return tuple(" ".join(entry.split()) for entry in text.split("|"))


# Labels of the header block Outlook and others put above the quoted mail, by what they label.
_SENDER = """
    absender | afsender | afzender | antwort an | avsender | avsändare | da | de | expéditeur | feladó | fra |
    from | från | kimden | lähettäjä | mittente | nadawca | no | nuo | od | odesílatel | odosielateľ |
    odpowiedz do | remetente | reply-to | saatja | siuntėjas | svar till | sūtītājs | van | von | από | від | от
    | отправитель | відправник | 发件人 | 寄件者 | 差出人 | 보낸 사람
"""
_DATE = """
    aika | data | date | date d'envoi | dato | datum | datums | dátum | elküldve | enviada em | enviado |
    enviado el | enviado em | envoyé | envoyé le | fecha | gesendet | gesendet am | gönderilme tarihi | inviato
    | išsiųsta | kuupäev | lähetetty | lähetysaika | message du | nosūtīts | odesláno | odoslané | pvm |
    päivämäärä | päiväys | saadetud | saatmisaeg | sendt | sendt den | sent | sent on | skickat | tarih |
    verstuurd | verzonden | wysłane | wysłano | дата | дата отправки | надіслано | отправлено | відправлено
    | 发送时间 | 日付 | 日期 | 送信日時 | 보낸 날짜
"""
_TO = """
    a | aan | adresat | adressaat | an | bcc | bilgi | cc | copia | copie | copie à | címzett | cópia |
    destinataire | destinatario | destinatário | do | dw | empfänger | kam | kellele | kime | komu | koopia |
    kopi | kopia | kopie | kopija | kopija (cc) | kopio | modtager | mottagare | mottaker | másolatot kap | naar
    | para | saaja | saajat | til | till | to | udw | uz | vastaanottaja | vastaanottajat | à | кому |
    копия | копія |
    宛先 | 收件人 | 收件者 | 받는 사람
"""
_SUBJECT = """
    aihe | anlagen | assunto | asunto | attachments | betreff | emne | importance | konu | liitteet | objet |
    oggetto | onderwerp | predmet | prioritet | předmět | subject | sujet | teema | tema | temat | temats |
    tárgy | tärkeys | tēma | ważność | załączniki | ämne | тема | важность | важливість | вложения |
    вкладення | 主旨 | 主题 | 件名 | 제목
"""


def _fields() -> dict[str, frozenset[str]]:
    groups = {"from": table(_SENDER), "date": table(_DATE), "to": table(_TO), "subject": table(_SUBJECT)}
    return {
        label: frozenset(group for group, labels in groups.items() if label in labels)
        for labels in groups.values()
        for label in labels
    }


FIELDS = _fields()

# Verbs of an attribution line ("On Friday, Ann wrote:").
VERBS = table("""
    wrote | writes | kirjoitti | kirjoittaa | napisał | napisała | napisał(a) | pisze | napisane przez |
    napisana przez | rakstīja | raksta | schrieb | schreibt | skrev | skrifaði | kirjutas | écrit | écrivait |
    escribió | escreveu | escribiu | va escriure | scritto | scrisse | schreef | geschreven | rašė | parašė |
    rašo | написал | написала | написал(а) | пишет | писал | писала | писав | написав | написав(ла) | пише |
    пишуть | napsal | napsal(a) | napísal | írta |
    yazdı | şunları yazdı | έγραψε
    | 写道 | 寫道 | 書きました | 作成 | 님이 작성 | viết | menulis | geschrieben | ha escrit |
    a scris | のメッセージ | citēja | kirjoitit | pisałeś | rakstījāt | schrieben sie
""")

# How webmails begin an attribution that ends with the name ("Quoting Ann:"), and how others begin theirs ("On ...").
QUOTING = table("""
    quoting | citējot | zitat von | zitiere | cytowanie | cytuję | lainaus | lainaan | citerar | citat från |
    citat fra | tsiteerin | citando | citazione | citando a | en réponse à | cytat | quoted from | citaat van |
    em resposta a | cituoju | цитирую | цитую
""")
OPENINGS = table("""
    on | am | le | el | il | op | em | den | w dniu | dnia | no dia | lietotājs | kasutaja | på | vào | dne | at
    | in data | в | у
""")

# The name in "----- Original Message -----" and "----- Forwarded message -----" rules.
ORIGINAL = table("""
    original message | original mail | original e-mail | original email | reply message | reply to message |
    alkuperäinen viesti | alkuperäinen sähköposti | wiadomość oryginalna | oryginalna wiadomość |
    treść oryginalnej wiadomości | sākotnējā vēstule | sākotnējais ziņojums | oriģinālā vēstule |
    ursprüngliche nachricht | originalnachricht | original-nachricht | ursprungliche nachricht |
    ursprüngliche mail | originalmeddelande | ursprungligt meddelande | ursprungsmeddelande |
    oprindelig meddelelse | opprinnelig melding | original meddelelse | algne kiri | algteade | algne sõnum |
    originaalkiri | message d'origine | message original | mensaje original | mensagem original |
    messaggio originale | messaggio originario | oorspronkelijk bericht | origineel bericht | pirminis laiškas |
    originalus laiškas | исходное сообщение | пересылаемое сообщение | конец исходного сообщения |
    оригинальное сообщение | исходное письмо | оригінальне повідомлення | вихідне повідомлення |
    початкове повідомлення | původní zpráva | původní e-mail
    | eredeti üzenet | orijinal mesaj | 原始邮件 | 原始郵件 |
    original appointment | alkuperäinen tapaaminen | quoted message | oprindelig besked | opprinnelig e-post |
    mensaje de origen | sākotnējā ziņa | message initial | beantwortete nachricht
""")
FORWARDED = table("""
    forwarded message | begin forwarded message | forwarded mail | forwarded by | välitetty viesti |
    edelleenlähetetty viesti | välitetty viesti alkaa | edelleenlähetetty viesti alkaa | aloita välitetty viesti
    | wiadomość przekazana | przekazana wiadomość | treść przekazanej wiadomości |
    początek przekazywanej wiadomości | początek wiadomości przekazanej dalej | przesłana wiadomość |
    wiadomość przesłana dalej | pārsūtīta vēstule | pārsūtīts ziņojums | pārsūtītā vēstule | pārsūtīta ziņa |
    weitergeleitete nachricht | anfang der weitergeleiteten nachricht | anfang der weitergeleiteten e-mail |
    weitergeleitete mail | vidarebefordrat meddelande | vidarebefordrat mail | vidarebefordrat brev |
    videresendt meddelelse | videresendt besked | videresendt melding | start på videresendt besked |
    edastatud kiri | edastatud sõnum | message transféré | début du message transféré |
    début du message réexpédié | mensaje reenviado | inicio del mensaje reenviado | mensagem encaminhada |
    início da mensagem encaminhada | messaggio inoltrato | inizio messaggio inoltrato | doorgestuurd bericht |
    begin doorgestuurd bericht | persiųstas laiškas | пересланное сообщение | начало переадресованного сообщения
    | начало пересылаемого сообщения | переслане повідомлення | переадресоване повідомлення |
    початок переадресованого повідомлення | переслано
    | přeposlaná zpráva | továbbított üzenet | vidarebefordrat meddelande börjar | iletilen mesaj | 转发的邮件
""")

# How a phone or a mail program signs: at the start of the line, at its end, and without any device named.
SENT_FROM = table("""
    sent from my | sent from | sent with | sent via | sent using | get outlook for | downloaded from my |
    typed on my | lähetetty | hanki outlook | wysłane z | wysłano z | pobierz outlook
    | pobierz aplikację | wysłana z | nosūtīts no
    | sūtīts no | iegūt outlook | iegūstiet outlook | von meinem | gesendet mit | gesendet von | gesendet aus |
    diese nachricht wurde von meinem | holen sie sich outlook | outlook für | skickat från | skickat med |
    skickades från | hämta outlook | sendt fra | sendt med | hent outlook | få outlook | saadetud minu |
    saadetud | hangi outlook | hankige outlook | envoyé de | envoyé depuis | envoyé à partir |
    télécharger outlook | obtenez outlook | enviado desde | enviado do | enviado de | enviado via |
    obtener outlook | obter o outlook | inviato da | ottieni outlook | scarica outlook | verzonden vanaf |
    verstuurd vanaf | verzonden met | verstuurd vanuit | verzonden vanuit | outlook voor | išsiųsta iš |
    gauti outlook | отправлено с | отправлено из | отправлено через | отправлено с помощью |
    скачать outlook | получить outlook | надіслано з | надіслано через |
    відправлено з | отримати outlook | завантажити outlook | odesláno z | elküldve |
    trimis de pe | sendt frá | iphone'umdan gönderildi | 發自我的 | 发自我的 | iphoneから送信
""")
SENT_FROM_LAST = table("""
    gesendet | gesendet. | verschickt | geschickt | lähetetty | wysłane | nosūtīts | skickat | sendt | saadetud
    | sent | envoyé | gönderildi | 送信 | verzonden
""")
SENT_FROM_SURELY = table("""
    sent from | sent with | sent via | sent using | get outlook | wysłane z | wysłano z | nosūtīts no |
    sūtīts no | gesendet mit | gesendet von | von meinem | skickat från | skickat med | sendt fra | sendt med |
    saadetud minu | envoyé de | envoyé depuis | envoyé à partir | enviado desde | enviado do | inviato da |
    verzonden vanaf | verstuurd vanaf | verzonden met | išsiųsta iš | отправлено с | отправлено из |
    надіслано з | відправлено з
""")
DEVICES = table("""
    iphone | ipad | ipod | android | samsung | galaxy | huawei | xiaomi | nokia | blackberry | windows | outlook
    | gmail | k-9 | yahoo | mailbox | mobile | mobiili | phone | puhelim | telefon | mobil | handy | smartphone
    | telef | älypuhelim | tablet | tabletin | proton | thunderbird | mail | sähköposti | poczt | pasta |
    apple | ios | macbook | mac | honor | oneplus | motorola | sony | xperia | lumia | htc | lg | pixel |
    verizon | at&t | t-mobile | telia | elisa | dna | wp | onet | o2 | interia | web.de | gmx | freemail |
    телефон | айфон | почт | viedt | tālruņ | nutitelefon | spark | superhuman | airmail | bluemail | aquamail |
    fairphone | redmi | realme | oppo | vivo | zte | nexus | treo | palm | sidekick | blueberry
""")

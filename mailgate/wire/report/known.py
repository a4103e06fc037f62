"""Whole sentences that mail programs write around receipts, calendar answers, thumbs, complaints and failed deliveries.

A line is a template: `[x]` may be left out, `‹a|b›` is a choice, `{slot}` is filled as `sentences.SLOTS` says, and white
space is any white space. Only what stands here in full is a program's: whoever adds a line must know the program.
"""

from __future__ import annotations

from mailgate.core.model.mail import MailKind

_RECEIPT = """
    Read.
    Read: {title}
    Your message
    [Your message ]was read[ on {date}].
    Your message was ‹read|displayed|opened|received|deleted without being read›[ on {date}][.]
    Your message [to {who} ]was ‹read|displayed|opened›[ ‹on|at› {date}][.]
    was ‹read|displayed|opened|deleted without being read› on {date}[.]
    Your ‹e-mail|mail|message›[ "{quoted}"] has been ‹read|displayed|opened›[ by {who}][ ‹on|at› {date}][.]
    Your message to {who} ‹about|with subject› "{quoted}" ‹was|has been› ‹read|displayed|opened›[ ‹on|at› {date}][.]
    The message[ that you] sent ‹on|at› {date} to {who} with subject "{quoted}" ‹was|has been› displayed.
    Message was displayed on {date}
    This is a ‹return receipt|Return Receipt|read receipt› for ‹the mail that you sent to|your message to› {who}[.]
    This is a ‹return receipt|read receipt› for ‹your message|the message|your mail|the e-mail you sent›[.]
    This is no guarantee that the message has been read or understood.
    Note: This Return Receipt only acknowledges that the message was displayed on the recipient's ‹computer|machine›.
    There is no guarantee that the ‹recipient has read or understood the message contents|message has been read or understood›[.]
    This is an automatic return receipt for your message[.]
    This receipt shows that the message ‹has been|was› displayed on the recipient's computer[ at {date}].
    This receipt verifies that the message has been displayed on the recipient's computer at {date}[.]
    Return Receipt
    Your document: {title}
    Your message: {title}
    was received by: {who}
    at: {date}
    To: {who}
    Cc: {who}
    From: {who}
    Subject: {title}
    ‹Sent|Date|Read|Received›: {date}
    ‹Vastaanottaja|Lähettäjä|Do|Od|Kam|No|An|Von|Till|Från|Saaja|Saatja|À|De|Para|Aan|Van|A|Da|Til|Fra›: {who}
    ‹Aihe|Temat|Tēma|Betreff|Ämne|Teema|Objet|Asunto|Onderwerp|Oggetto|Emne›: {title}
    ‹Lähetetty|Wysłano|Nosūtīts|Gesendet|Skickat|Saadetud|Envoyé|Enviado|Verzonden|Inviato|Sendt›: {date}
    ‹Viesti|Viestisi|Sähköpostiviestisi›
    Viestisi on ‹luettu|avattu|näytetty›[ {date}][.]
    ‹luettiin|on luettu›[ {date}][.]
    Viestisi luettiin[ {date}][.]
    poistettiin lukematta[ {date}][.]
    Tämä on lukukuittaus viestiin, jonka lähetit osoitteeseen {who}[.]
    Tämä on lukukuittaus lähettämästäsi viestistä[.]
    Huomaa: Tämä lukukuittaus kertoo vain, että viesti näytettiin vastaanottajan tietokoneella.
    Tämä ei takaa, että vastaanottaja on lukenut tai ymmärtänyt viestin ‹sisällön|sisältöä›.
    Ei ole takeita siitä, että vastaanottaja on lukenut tai ymmärtänyt viestin sisällön.
    ‹Twoja wiadomość|Wiadomość›
    ‹Twoja wiadomość została|została|Wiadomość została› ‹przeczytana|odczytana|otwarta|wyświetlona|usunięta bez przeczytania›[ ‹w dniu|dnia› {date}][.]
    To jest potwierdzenie ‹odbioru|przeczytania› wiadomości wysłanej do {who}[.]
    Uwaga: To potwierdzenie oznacza jedynie, że wiadomość została wyświetlona na komputerze adresata.
    Nie ma gwarancji, że adresat przeczytał lub zrozumiał treść wiadomości.
    ‹Jūsu ziņojums|Jūsu vēstule›
    ‹Jūsu ziņojums tika|Jūsu vēstule tika|tika› ‹izlasīts|izlasīta|atvērts|atvērta|parādīts|dzēsts nelasīts›[ {date}][.]
    Šis ir lasīšanas apstiprinājums ziņojumam, ko nosūtījāt {who}[.]
    ‹Ihre Nachricht|Ihre E-Mail›
    ‹Ihre Nachricht wurde|wurde› [am {date} ]‹gelesen|geöffnet|angezeigt|ungelesen gelöscht›[.]
    Dies ist eine ‹Empfangsbestätigung|Lesebestätigung› für ‹die E-Mail, die Sie an {who} gesendet haben|Ihre Nachricht›[.]
    Diese Empfangsbestätigung besagt nur, dass die Nachricht am Computer des Empfängers angezeigt wurde.
    Es gibt keine Garantie, dass der Empfänger die Nachricht gelesen oder verstanden hat.
    ‹Ditt meddelande|Meddelandet›
    ‹Ditt meddelande lästes|lästes|har lästs|Ditt meddelande har lästs›[ ‹den|på› {date}][.]
    ‹raderades utan att läsas›[ {date}][.]
    Det här är ett läskvitto för ‹meddelandet du skickade till {who}|ditt meddelande›[.]
    ‹Teie sõnum|Teie kiri›
    ‹Teie sõnum loeti|Teie kiri loeti|loeti›[ {date}][.]
    ‹Votre message|Votre message a été|a été› ‹lu|affiché›[ le {date}][.]
    ‹Su mensaje|Su mensaje fue|fue› ‹leído|mostrado›[ el {date}][.]
    ‹Uw bericht|Uw bericht is|is› gelezen[ op {date}][.]
    ‹Il messaggio è stato|è stato› letto[ il {date}][.]
    This is simple body of human-readable part
"""
_CALENDAR = """
    {name} has ‹accepted|declined|tentatively accepted› this ‹invitation|meeting|event›[.]
    {name} has ‹accepted|declined|tentatively accepted› ‹your|the› invitation[ to ‹the meeting|the event|the following event›][.]
    {name} has ‹accepted|declined|tentatively accepted› your invitation to the following event:
    {name} ‹accepted|declined|tentatively accepted› ‹this|your|the› ‹invitation|meeting|event›[.]
    {name} has replied "‹Yes|No|Maybe›" to this invitation[.]
    ‹Accepted|Declined|Tentative|Tentatively accepted›[: {title}][.]
    {name} on ‹hyväksynyt|hylännyt› ‹tämän kutsun|kutsun|kutsusi|tapahtumakutsun›[.]
    {name} on alustavasti hyväksynyt ‹tämän kutsun|kutsun|kutsusi›[.]
    {name} ‹hyväksyi|hylkäsi› ‹tämän kutsun|kutsun|kutsusi›[.]
    ‹Hyväksytty|Hylätty|Alustava›[: {title}][.]
    {name} ‹zaakceptował|zaakceptowała|zaakceptował(a)|przyjął|przyjęła|odrzucił|odrzuciła|odrzucił(a)› ‹to zaproszenie|zaproszenie|Twoje zaproszenie›[.]
    {name} wstępnie ‹zaakceptował|zaakceptowała|zaakceptował(a)› ‹to zaproszenie|zaproszenie|Twoje zaproszenie›[.]
    ‹Zaakceptowano|Odrzucono|Wstępnie zaakceptowano|Wstępna akceptacja›[: {title}][.]
    {name} ir ‹pieņēmis|pieņēmusi|noraidījis|noraidījusi› ‹šo uzaicinājumu|uzaicinājumu|jūsu uzaicinājumu›[.]
    {name} ‹pieņēma|noraidīja› ‹šo uzaicinājumu|uzaicinājumu|jūsu uzaicinājumu›[.]
    ‹Pieņemts|Noraidīts|Provizoriski›[: {title}][.]
    {name} hat ‹diese Einladung|die Einladung|Ihre Einladung› ‹angenommen|abgelehnt|unter Vorbehalt angenommen|vorläufig angenommen›[.]
    {name} hat ‹zugesagt|abgesagt|unter Vorbehalt zugesagt›[.]
    ‹Zugesagt|Abgesagt|Angenommen|Abgelehnt|Mit Vorbehalt›[: {title}][.]
    {name} har ‹accepterat|tackat ja till|avböjt|tackat nej till|preliminärt accepterat› ‹inbjudan|den här inbjudan|din inbjudan›[.]
    {name} on ‹kutse|selle kutse› ‹aktsepteerinud|tagasi lükanud|vastu võtnud›[.]
    {name} ‹a accepté|a décliné|a refusé|a provisoirement accepté› ‹votre|cette› invitation[.]
"""
_FEEDBACK = """
    This is an ‹email |e-mail |›abuse report[ for ‹a message|an email message|an e-mail message|an email› received from [IP ]{host}[ on {date}]][.]
    This is ‹a spam|a junk mail|a fraud|an opt-out|an authentication failure|a complaint|a feedback loop› report[ for ‹a|an email|an e-mail› message received from [IP ]{host}[ on {date}]][.]
    For ‹more|further› information about this format please see {link}[.]
    For information on this format please see {link}[.]
    This message was ‹reported|marked› as ‹spam|junk|abuse› by ‹the|a› ‹recipient|user›[.]
    A user ‹reported|marked› ‹this|the following› message as ‹spam|junk›[.]
    The original message ‹is attached|follows›[.]
"""
_REACTION = """
    {emoji}
    [{emoji} ]{name} reacted ‹to your ‹message|email›|via ‹Gmail|Outlook›[ {link}]›[:][.]
    [{emoji} ]{name} reagoi ‹viestiisi|Gmailin kautta[ {link}]›[:][.]
    [{emoji} ]{name} ‹zareagował|zareagowała|zareagował(a)› ‹na ‹Twoją wiadomość|Twój e-mail›|‹przez|za pomocą› Gmail[ {link}]›[:][.]
    [{emoji} ]{name} reaģēja ‹uz ‹jūsu|tavu› ‹ziņojumu|vēstuli|e-pasta ziņojumu›|pakalpojumā Gmail[ {link}]›[:][.]
    [{emoji} ]{name} hat ‹auf ‹Ihre|deine› ‹Nachricht|E-Mail|Mail› reagiert|über Gmail[ {link}] reagiert›[:][.]
    [{emoji} ]{name} reagerade ‹på ditt ‹meddelande|mejl›|via Gmail[ {link}]›[:][.]
    [{emoji} ]{name} reageeris ‹sinu|teie› ‹sõnumile|kirjale›[:][.]
    [{emoji} ]{name} reagerte på ‹meldingen|e-posten› din[:][.]
    [{emoji} ]{name} reagerede på din ‹meddelelse|mail›[:][.]
    [{emoji} ]{name} a réagi à ‹votre|ton› ‹message|e-mail›[:][.]
    [{emoji} ]{name} ha reaccionado a tu mensaje[:][.]
    [{emoji} ]{name} heeft gereageerd op ‹je|uw› ‹bericht|e-mail›[:][.]
    [{emoji} ]{name} ha reagito al tuo messaggio[:][.]
"""
_DELIVERY = """
    I am sorry.
    Sorry.
    This is the ‹mail system|Postfix program› at ‹host {host}|{hostname}›[.]
    I'm sorry to have to inform you that ‹your message could not be delivered|the message returned below could not be delivered›[ to one or more ‹recipients|destinations›].
    It's attached below.
    For further assistance, please ‹send mail to ‹{recipient}|<postmaster>|postmaster›|contact your system administrator›[.]
    If you do so, please include this problem report.
    You can delete your own text from the ‹attached returned message|message returned below›.
    The ‹mail system|Postfix program›
    THIS IS A WARNING ‹ONLY|MESSAGE ONLY›[.]
    YOU DO NOT NEED TO RESEND YOUR MESSAGE[.]
    Your message could not be delivered for[ more than] {span}.
    It will be retried until it is {span} old.
    Your message was successfully delivered[ to the destination‹|(s)|s› listed below][.]
    Your message was successfully delivered; no error.
    If the message was delivered to mailbox you will receive no further notifications.
    Otherwise you may still receive notifications of mail delivery errors from other systems.
    Delivered.
    {recipient}: {reply}
    {recipient}: host {host} said: {reply}
    {recipient}: host {host} said: {reply} (in reply to {verb} command)
    {recipient}: host {host} refused to talk to me: {reply}
    {recipient}: connect to {host}[:{number}]: {reply}
    {recipient}: delivery ‹via {host}|to command|to mailbox|temporarily suspended›: {reply}
    This message was created automatically by mail delivery software[ (Exim)].
    A message that you sent ‹could not|has not yet been› ‹be delivered|delivered› to one or more of its recipients[ after more than {span} ‹on the queue on|in the queue on› {host}].
    A message sent by {recipient} could not be delivered to one or more of its recipients.
    This is a permanent error.
    The following address(es) failed:
    The message identifier is: {token}
    The subject of the message is: {title}
    The date of the message is: {date}
    The address to which the message has not yet been delivered is:
    No action is required on your part.
    Delivery attempts will continue for some time, and this warning may be repeated at intervals if the message remains undelivered.
    Eventually the mail delivery software will give up, and when that happens, the message will be returned to you.
    SMTP error from remote ‹mail server|mailer› after ‹{verb}|pipelined {verb}|end of data›[:{recipient}][:]
    host {host}[:]
    {recipient}
    {recipient} ‹Delay reason|Reason›: {reply}
    retry timeout exceeded
    all relevant MX records point to non-existent hosts
    Unrouteable address
    ‹Unknown user|User unknown|unknown user|user unknown›
    mailbox is full
    The original ‹message|mail› was received at {date} from {host}
    This message was generated by {host}
    The following addresses had permanent ‹fatal|delivery› errors
    The following addresses had ‹transient non-fatal|delivery› ‹errors|problems›
    The following addresses had successful delivery notifications
    Transcript of[ the] session follows
    [...[.] ]while talking to {host}:
    [.] while talking to {host}:
    >>> {verb}
    <<< {reply}
    {coded}
    {recipient}... {reply}
    (reason: {reply})
    (expanded from: {recipient})
    Warning: message still undelivered after {span}
    Will keep trying until message is {span} old
    Message could not be delivered for {span}
    Message will be deleted from queue
    Hi. This is the qmail-send program at {host}.
    I'm afraid I wasn't able to deliver your message to the following addresses.
    This is a permanent error; I've given up.
    Sorry it didn't work out.
    This is an automatically generated Delivery Status Notification.
    THIS IS A WARNING MESSAGE ONLY.
    YOU DO NOT NEED TO RESEND YOUR MESSAGE.
    Delivery to the following recipient[s] ‹failed[ permanently]|has been delayed›[.][:]
    Your message has been successfully relayed to the following recipients, but the requested delivery status notifications may not be generated by the destination.
    An error occurred while trying to deliver the mail to the following recipients:
    This is human readable text about the bounce information
    A message that you sent was not delivered.
    Address not found
    Message not delivered
    Message blocked
    Your message wasn't delivered to {recipient} because the address couldn't be found, or is unable to receive mail.
    Your message to {recipient} ‹couldn't be delivered|has been blocked|has been delayed›[.]
    There was a problem delivering your message to {recipient}.
    See[ the] technical details below[ for more information].
    Their inbox is full, or it's getting too much mail right now.
    There was a temporary problem delivering your message to {recipient}.
    Gmail will retry for {number} more {unit}.
    You'll be notified if the delivery fails permanently.
    The recipient server did not accept our requests to connect.
    LEARN MORE
    Learn more here: {link}
    The response[ from the remote server] was:
    Technical details of permanent failure:
    Technical details of temporary failure:
    Google tried to deliver your message, but it was rejected by the server for the recipient domain {host} by {host}.
    The error that the other server returned was: {reply}
    ‹Recipient inbox full|Delivery incomplete|Message too large›
    {person}
    This message wasn't delivered to anyone because it's too large.
    The limit is {number} ‹MB|KB›.
    This message is {number} ‹MB|KB›.
    This message won't be sent because it's too large.
    Delivery has failed to these recipients or ‹groups|distribution lists›:
    The email address you entered couldn't be found.
    Please check the recipient's email address and try to resend the message.
    If the problem continues, please contact your ‹helpdesk|email admin|system administrator›.
    The recipient's e-mail address was not found in the recipient's e-mail system.
    Microsoft Exchange will not try to redeliver this message for you.
    Please check the e-mail address and try resending this message, or provide the following diagnostic text to your system administrator.
    This message exceeds the maximum message size allowed.
    Please make the message smaller -- by removing attachments, for example -- and try sending it again, or provide the following diagnostic text to your system administrator.
    The recipient's mailbox is full and can't accept messages now.
    Please try resending ‹this|your› message later, or contact the recipient directly.
    Sent by Microsoft Exchange Server {number}
    Diagnostic information for administrators:
    Generating server: {host}
    Remote server returned[:] {reply}
    Remote Server returned[:] {reply}
    Your message to {recipient} couldn't be delivered.
    {token} wasn't found at {host}.
    Office 365
    Action Required
    Recipient
    Unknown To address
    How to Fix It
    The address may be misspelled or may not exist.
    Try one or more of the following:
    Send the message again following these steps: In Outlook, open this non-delivery report (NDR) and choose Send Again from the Report ribbon.
    In Outlook on the web, select this NDR, then select the link "To send this message again, click here."
    Then delete and retype the entire recipient address.
    If prompted with an Auto-Complete List suggestion don't select it.
    After typing the complete address, click Send.
    Contact the recipient (by phone, for example) to check that the address exists and is correct.
    The recipient may have set up email forwarding to an incorrect address.
    Ask them to check that any forwarding they've set up is working correctly.
    Clear the recipient Auto-Complete List in Outlook or Outlook on the web by following the steps in this article: Fix email delivery issues for error code 5.1.10 in Office 365, and then send the message again.
    Retype the entire recipient address before selecting Send.
    If the problem continues, forward this message to your email admin.
    If you're an email admin, refer to the More Info for Email Admins section below.
    Was this helpful? Send feedback to Microsoft.
    More Info for Email Admins
    Status code: {coded}
    This error occurs because the sender sent a message to an email address hosted by Office 365 but the address is incorrect or doesn't exist at the destination domain.
    The error is reported by the recipient domain's email server, but most often it must be fixed by the person who sent the message.
    Original Message Details
    Error Details
    ‹Created Date|Date›: {date}
    ‹Sender Address|Recipient Address›: {recipient}
    Subject: {title}
    ‹Reported error|Error›: {reply}
    ‹DSN generated by|Reporting MTA›: {host}
    Viestiä ei voitu toimittaa[ seuraaville vastaanottajille:][.]
    Viestin toimittaminen seuraaville vastaanottajille epäonnistui:
    Nie można dostarczyć wiadomości[ do następujących adresatów:][.]
    Dostarczenie wiadomości do następujących adresatów lub grup nie powiodło się:
    Neizdevās piegādāt ziņojumu šiem adresātiem[ vai grupām]:
    Fehler bei der Zustellung der Nachricht an folgende Empfänger oder Gruppen:
    Ihre Nachricht konnte nicht zugestellt werden.
    Det gick inte att leverera till följande mottagare eller grupper:
    This message has been scanned for viruses and dangerous content by MailScanner, and is believed to be clean.
"""
SENTENCES = {
    MailKind.MDN: _RECEIPT,
    MailKind.CALENDAR: _CALENDAR,
    MailKind.FEEDBACK: _FEEDBACK,
    MailKind.REACTION: _REACTION,
    MailKind.DSN: _DELIVERY,
}
# Subjects that programs write: before the colon theirs, behind it the subject of the mail they are about.
SUBJECTS = {
    MailKind.MDN: """
        ‹Read|Read receipt|Return receipt|Return Receipt (displayed)|Return Receipt|Receipt|Displayed|Not read|Deleted|Opened›[‹:| -› {rest}]
        ‹Luettu|Lukukuittaus|Lukukuittaus (näytetty)|Avattu|Ei luettu|Poistettu lukematta›[‹:| -› {rest}]
        ‹Przeczytano|Przeczytane|Odczytano|Potwierdzenie przeczytania|Potwierdzenie odbioru|Potwierdzenie|Nie przeczytano›[‹:| -› {rest}]
        ‹Izlasīts|Lasīts|Lasīšanas apstiprinājums|Nelasīts›[‹:| -› {rest}]
        ‹Gelesen|Lesebestätigung|Empfangsbestätigung|Empfangsbestätigung (angezeigt)|Ungelesen›[‹:| -› {rest}]
        ‹Läst|Läskvitto|Mottagningsbevis|Oläst|Loetud|Lugemisteatis|Lugemiskinnitus›[‹:| -› {rest}]
        ‹Lu|Accusé de réception|Leído|Confirmación de lectura|Gelezen|Leesbevestiging|Letto|Conferma di lettura|Lest|Læst|Lesekvittering›[‹:| -› {rest}]
        ‹Disposition notification|Message Disposition Notification›[: {rest}]
        {nothing}
    """,
    MailKind.CALENDAR: """
        ‹Accepted|Declined|Tentative|Tentatively Accepted|Tentatively accepted|Maybe›: {rest}
        ‹Hyväksytty|Hylätty|Alustava|Alustavasti hyväksytty|Hyväksyntä›: {rest}
        ‹Zaakceptowano|Zaakceptowane|Odrzucono|Odrzucone|Wstępnie zaakceptowano|Wstępna akceptacja|Niezobowiązująco›: {rest}
        ‹Pieņemts|Noraidīts|Provizoriski|Pagaidu›: {rest}
        ‹Zugesagt|Abgesagt|Angenommen|Abgelehnt|Mit Vorbehalt|Vorläufig›: {rest}
        ‹Accepterat|Avböjt|Preliminärt|Aktsepteeritud|Keeldutud|Tingimisi|Accepté|Refusé|Provisoire›: {rest}
        {nothing}
    """,
    MailKind.FEEDBACK: """
        ‹Abuse report|Abuse Report|Complaint|Spam report|Feedback report|Email Feedback Report|Email abuse report›[ for IP {host}][: {rest}]
        FW: {rest}
        {nothing}
    """,
    MailKind.DSN: """
        ‹Undelivered Mail Returned to Sender|Undeliverable mail|Undeliverable message|Postmaster notify: see transcript for details›
        ‹Undeliverable|Undeliverable mail|Undelivered|Delivery delayed|Delayed|Relayed|Delivered|Expanded|Delivery has failed›: {rest}
        ‹Delayed Mail (still being retried)|Successful Mail Delivery Report|Mail Delivery Status Report|Delivery report|Delivery Report›
        Mail delivery failed[: returning message to sender][: {rest}]
        ‹Mail failure|Mail delivery problem|Delivery failure|Delivery Failure|Failure notice|failure notice|Undelivered Mail|Undelivered mail|Non-delivery report›
        Delivery Status Notification[ ‹(Failure)|(Delay)|(Delayed)|(Relay)|(Success)›]
        Returned mail: ‹see transcript for details|User unknown|Host unknown ({rest})|{coded}›
        Warning: ‹could not send message for past {span}|message {token} delayed {span}›
        Return receipt
        Delivery ‹Notification: Delivery has failed|Report (failure) for {recipient}|Status Notification (Mail Delivery Delayed)›
        ‹Mail System Error - Returned Mail|Message delayed ({recipient})|email delivery error›
        ‹Toimittamaton|Viestiä ei voi toimittaa|Niedostarczone|Nie można dostarczyć|Niedostarczalne|Neizdevās piegādāt|Nepiegādāts›: {rest}
        ‹Unzustellbar|Undeliverable|Olevererbart|Olevererbar|Det går inte att leverera|Kohaletoimetamatu|Non remis›: {rest}
        {nothing}
    """,
}

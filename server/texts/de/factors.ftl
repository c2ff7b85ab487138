
## Zweite Faktoren und Passkeys

passkey-sign-in = Mit einem Passkey anmelden
passkey-not-done = Das hat nicht geklappt oder wurde abgebrochen. Sie können es noch einmal versuchen.
passkey-not-made = Es wurde kein Passkey angelegt. Sie können es noch einmal versuchen.
passkey-needs-script = Für Passkeys braucht dieser Browser JavaScript.
passkey-elsewhere = Diese Seite war unter einer anderen Adresse geöffnet. Passkeys funktionieren nur unter { $address }; öffnen Sie sie dort.
passkey-late = Das hat zu lange gedauert oder wurde zweimal gesendet. Bitte versuchen Sie es noch einmal.
passkey-not-verified = Ihr Gerät hat nicht geprüft, dass Sie es sind. Entsperren Sie den Passkey mit PIN, Fingerabdruck oder Gesicht.
passkey-copied = Dieser Passkey gab eine Antwort, die älter ist als seine letzte; vielleicht gibt es eine Kopie davon. Er wurde nicht angenommen. Melden Sie sich anders an und entfernen Sie ihn.
passkey-unknown = Dieser Passkey öffnet hier kein Konto. Wählen Sie einen anderen oder melden Sie sich anders an.
passkey-taken = Dieser Passkey ist schon in Gebrauch.
passkey-failed = Der Passkey wurde nicht angenommen. Bitte versuchen Sie es noch einmal.

factor-title = Noch ein Schritt
factor-lead = Bitte bestätigen Sie, dass Sie es sind, { $username }.
factor-passkey = Passkey verwenden
factor-code = Code
factor-hint = Aus Ihrer Authenticator-App, oder einer Ihrer Wiederherstellungscodes.
factor-continue = Weiter
factor-wrong = Dieser Code stimmt nicht oder wurde schon benutzt. Warten Sie auf den nächsten und versuchen Sie es noch einmal.
factor-too-many = { $minutes ->
    [one] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $minutes } Minute wieder.
   *[other] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $minutes } Minuten wieder.
}
factor-expired = Dieses Formular war zu lange offen. Bitte geben Sie noch einmal einen Code ein.
factor-needed-title = Ein zweiter Faktor ist nötig
factor-needed-lead = Sie sind als { $username } angemeldet. Um weiterzugehen, genügt ein Passwort allein nicht. Einen zweiten Faktor einzurichten dauert etwa eine Minute.
factor-needed-passkey = Sie sind als { $username } angemeldet. Um weiterzugehen, brauchen Sie einen Passkey. Ihn einzurichten dauert etwa eine Minute.
factor-needed-set-up = Jetzt einrichten
factor-needed-back = Nicht jetzt

factors-title = Passkeys und zweite Faktoren
factors-lead = Was das Konto { $username } neben dem Passwort schützt.
factors-wanted = Wohin Sie unterwegs sind, wird eines davon gebraucht. Fügen Sie eines hinzu, dann geht es weiter.
factors-done = Mehr war nicht nötig.
factors-onward = Weiter
factors-passkeys = Passkeys
factors-passkeys-about = Ein Schlüssel in Ihrem Telefon, Computer oder Passwortmanager, den Sie so entsperren wie das Gerät. Er meldet Sie ohne Passwort an, und niemand kann Sie dazu verleiten, ihn herauszugeben.
factors-passkey = Passkey
factors-passkey-name = Name des neuen Passkeys
factors-passkey-add = Passkey hinzufügen
factors-no-passkeys-here = Unter dieser Adresse kann es keine Passkeys geben, denn sie ist eine Zahl und kein Name.
factors-authenticators = Authenticator-Apps
factors-authenticators-about = Eine App, die jede halbe Minute einen neuen Code zeigt. Nach dem Passwort werden Sie nach einem Code gefragt.
factors-authenticator = Authenticator-App
factors-authenticator-add = Authenticator-App hinzufügen
factors-name = Name
factors-rename = Umbenennen
factors-save = Speichern
factors-remove = Entfernen
factors-remove-named = { $name } entfernen
factors-recovery = Wiederherstellungscodes
factors-recovery-about = Für den Tag, an dem Ihre Geräte nicht zur Hand sind. Jeder Code gilt einmal.
factors-codes-left = { $count ->
    [0] Alle Codes sind verbraucht. Machen Sie neue.
    [one] Es ist noch { $count } Code übrig.
   *[other] Es sind noch { $count } Codes übrig.
}
factors-recovery-new = Neue Wiederherstellungscodes
factors-last-way-in = Dieser Passkey ist Ihr einziger Weg hinein. Setzen Sie zuerst ein Passwort oder fügen Sie einen weiteren Passkey hinzu.
factors-too-many = Mehr kann ein Konto nicht haben. Entfernen Sie zuerst einen.
factors-expired = Das hat zu lange gedauert. Bitte beginnen Sie noch einmal.

authenticator-title = Authenticator-App hinzufügen
authenticator-lead = Lassen Sie die App dieses Bild lesen, um { $username } hinzuzufügen.
authenticator-picture = QR-Code mit dem Geheimnis für die App
authenticator-type = Oder tippen Sie diesen Schlüssel ein:
authenticator-open = In einer App auf diesem Gerät öffnen
authenticator-code = Code
authenticator-code-hint = Die sechs Ziffern, die die App jetzt zeigt.
authenticator-name = Name, zur Unterscheidung von anderen
authenticator-confirm = Hinzufügen
authenticator-wrong = Das ist nicht der Code, den die App zeigen sollte. Vergleichen Sie den Schlüssel und die Uhr des Geräts.

recovery-title = Ihre Wiederherstellungscodes
recovery-lead = Jeder davon meldet { $username } einmal an, anstelle eines zweiten Faktors.
recovery-once = Sie werden nur jetzt gezeigt. Drucken Sie sie aus oder bewahren Sie sie an einem sicheren Ort auf, nicht auf dem Gerät, mit dem Sie sich anmelden.
recovery-kept = Ich habe sie aufbewahrt

activity-factor-added = Ein zweiter Faktor, ein Passkey oder Wiederherstellungscodes wurden hinzugefügt
activity-factor-removed = Ein zweiter Faktor oder Passkey wurde entfernt

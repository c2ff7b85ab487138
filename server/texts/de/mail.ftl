## Seiten rund um Mail: Wiederherstellung, Konto anlegen, Adressen

recover-link = Passwort vergessen?
recover-title = Wieder hineinkommen
recover-lead = Wir schicken Ihnen einen Link, mit dem Sie ein neues Passwort setzen.
recover-name = Benutzername oder E-Mail-Adresse
recover-hint = Der Link geht an eine bestätigte Adresse von Ihnen.
recover-submit = Link senden
recover-back = Zurück zur Anmeldung
mail-sent-title = Sehen Sie in Ihre Mail
recover-sent = Gibt es dieses Konto und hat es eine bestätigte Adresse, ist ein Link unterwegs. Er gilt 30 Minuten.
mail-sent-hint = Nichts da? Sehen Sie bei der unerwünschten Mail nach, und warten Sie einige Minuten, bevor Sie es noch einmal versuchen.
mail-too-many = { $minutes ->
    [one] Es wurden zu viele Mails angefordert. Bitte versuchen Sie es in { $minutes } Minute noch einmal.
   *[other] Es wurden zu viele Mails angefordert. Bitte versuchen Sie es in { $minutes } Minuten noch einmal.
}
recover-new-title = Neues Passwort setzen
recover-new-lead = für das Konto { $username }
recover-new-submit = Passwort setzen
recover-done-title = Ihr Passwort ist gesetzt
recover-done = Sie sind überall abgemeldet. Melden Sie sich mit dem neuen Passwort an.

sign-up-link = Konto anlegen
sign-up-title = Konto anlegen
sign-up-lead = Wir schicken Ihnen einen Link, mit dem es weitergeht.
sign-up-hint = Dorthin schreiben wir Ihnen.
sign-up-sent = Eine Mail an { $address } ist unterwegs.
join-title = Ihr Konto
join-lead = für { $address }
join-lead-open = Sie sind eingeladen. Wählen Sie, wie Sie sich anmelden.
join-submit = Konto anlegen

account-emails = E-Mail-Adressen
account-done-address-asked = Ein Link ist an diese Adresse unterwegs. Er gilt eine Stunde.
account-done-address-primary = Von nun an schreiben wir Ihnen an diese Adresse.
account-done-address-removed = Die Adresse ist entfernt.
address-lead = Wo Nachrichten Sie erreichen, und womit Sie sich anmelden können.
address-none = Ihr Konto hat keine Adresse.
address-primary = Hauptadresse
address-primary-unverified = Hauptadresse, nicht bestätigt
address-verified = Bestätigt
address-unverified = Nicht bestätigt
address-asked = Ein Link wurde dorthin geschickt
address-linked = von { $source }
address-send = Link senden
address-make-primary = Zur Hauptadresse machen
address-remove = Entfernen
address-new = Adresse hinzufügen
address-hint = Wir schicken einen Link dorthin. Öffnen Sie ihn, wird die Adresse hinzugefügt.
address-submit = Link senden
address-too-many = Ihr Konto hat so viele Adressen, wie es haben kann. Entfernen Sie zuerst eine.
address-no-mail = Hier kann keine Mail gesendet werden, also lässt sich keine Adresse hinzufügen.
field-own = Diese Adresse gehört schon zu Ihrem Konto.
confirm-address-title = Diese Adresse bestätigen
confirm-address-lead = Sie wird dem Konto { $username } hinzugefügt.
confirm-address-submit = Bestätigen
confirm-address-doubt = Ist das nicht Ihr Konto? Dann schließen Sie diese Seite: Ohne Ihre Bestätigung geschieht nichts.
confirm-address-done-title = Die Adresse ist bestätigt
confirm-address-done = { $address } gehört nun zu Ihrem Konto.

activity-recovery = Ein Link für ein neues Passwort wurde angefordert
activity-email-verified = Eine Adresse wurde bestätigt
activity-email-primary = Die Hauptadresse wurde geändert
activity-email-removed = Eine Adresse wurde entfernt
activity-mail-failed = Eine Mail an Sie konnte nicht zugestellt werden

## Mails

mail-recovery-subject = Neues Passwort setzen
mail-recovery = Für das Konto { $username } wurde ein neues Passwort angefordert.
mail-asked-from = Angefordert wurde es von der Adresse { $address }.
mail-recovery-link = Neues Passwort setzen
mail-recovery-once = Der Link gilt einmal und 30 Minuten lang.
mail-recovery-ignore = Waren Sie es nicht, tun Sie nichts: Ihr Passwort bleibt, wie es ist.
mail-verification-subject = Bestätigen Sie Ihre Adresse
mail-verification = Die Adresse { $address } soll dem Konto { $username } hinzugefügt werden.
mail-verification-link = Adresse bestätigen
mail-verification-once = Der Link gilt einmal und eine Stunde lang.
mail-verification-ignore = Ist das nicht Ihr Konto, tun Sie nichts: Die Adresse wird nicht hinzugefügt.
mail-address-in-use-subject = Ihre Adresse wurde für ein anderes Konto eingegeben
mail-address-in-use = Jemand wollte { $address } seinem Konto hinzufügen. Sie gehört zu Ihrem Konto { $username }.
mail-nothing-happened = Nichts hat sich geändert, und Sie müssen nichts tun.
mail-account-exists-subject = Sie haben schon ein Konto
mail-account-exists = Jemand, vielleicht Sie, wollte mit dieser Adresse ein Konto anlegen. Sie gehört schon zum Konto { $username }.
mail-account-exists-link = Anmelden
mail-account-exists-recover = Haben Sie Ihr Passwort vergessen, können Sie dort ein neues setzen.
mail-sign-up-subject = Legen Sie Ihr Konto an
mail-sign-up = Mit dieser Adresse soll ein Konto angelegt werden.
mail-sign-up-link = Konto anlegen
mail-sign-up-once = Der Link gilt einmal und zwei Stunden lang.
mail-sign-up-ignore = Waren Sie es nicht, tun Sie nichts: Es wird kein Konto angelegt.
mail-invitation-subject = Sie sind eingeladen
mail-invitation = Sie sind eingeladen, ein Konto anzulegen.
mail-invitation-link = Konto anlegen
mail-invitation-once = Der Link gilt einmal.
mail-new-browser-subject = Neue Anmeldung an Ihrem Konto
mail-new-browser = Am Konto { $username } hat sich jemand in einem Browser angemeldet, in dem es bisher nicht angemeldet war.
mail-new-browser-you = Waren Sie es, müssen Sie nichts tun. Ein Browser, dessen Cookies gelöscht wurden, zählt als neuer.
mail-new-browser-link = Wo Sie angemeldet sind
mail-new-browser-not-you = Waren Sie es nicht, melden Sie diese Sitzung dort ab, setzen Sie ein neues Passwort und sagen Sie es denen, die diesen Dienst betreiben.
mail-password-changed-subject = Ihr Passwort wurde geändert
mail-password-changed = Das Passwort des Kontos { $username } wurde geändert.
mail-password-set = Für das Konto { $username } wurde von der Verwaltung ein neues Passwort gesetzt.
mail-password-set-doubt = Sie sind überall abgemeldet. Haben Sie das nicht erwartet, fragen Sie die, die diesen Dienst betreiben.
mail-addresses-changed-subject = Ihre Adressen wurden geändert
mail-address-added = Die Adresse { $address } wurde dem Konto { $username } hinzugefügt.
mail-address-primary = Nachrichten des Kontos { $username } gehen nun an { $address }.
mail-address-removed = Die Adresse { $address } wurde vom Konto { $username } entfernt.
mail-factors-changed-subject = Ihre Anmeldung wurde geändert
mail-passkey-added = Dem Konto { $username } wurde ein Passkey hinzugefügt.
mail-passkey-removed = Vom Konto { $username } wurde ein Passkey entfernt.
mail-totp-added = Dem Konto { $username } wurde eine App hinzugefügt, die Codes zeigt.
mail-totp-removed = Vom Konto { $username } wurde eine App entfernt, die Codes zeigt.
mail-recovery-codes-made = Für das Konto { $username } wurden neue Wiederherstellungscodes gemacht.
mail-recovery-codes-removed = Die Wiederherstellungscodes des Kontos { $username } wurden entfernt.
mail-recovery-code-used = Am Konto { $username } hat sich jemand mit einem Wiederherstellungscode angemeldet.
mail-circumstances = Wann: { $at }. Von: { $address }, { $device }.
mail-not-you = Waren Sie es nicht, setzen Sie ein neues Passwort und sagen Sie es denen, die diesen Dienst betreiben.

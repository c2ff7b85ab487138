## Die Seiten des eigenen Kontos

account-profile = Profil
account-password = Passwort
account-app-passwords = App-Passwörter
account-consents = Rechte von Anwendungen
account-sessions = Sitzungen und Geräte
account-activity = Letzte Aktivität
account-save = Speichern
account-confirm = Für Änderungen hier ist eine Anmeldung aus den letzten zehn Minuten nötig.
account-confirm-link = Bestätigen, dass Sie es sind
account-done-profile = Ihr Profil ist gespeichert.
account-done-password = Ihr Passwort ist geändert.
account-done-password-and-sessions = Ihr Passwort ist geändert, und Sie sind überall sonst abgemeldet.
account-done-app-password = Das App-Passwort ist gelöscht. Was es verwendet hat, ist ausgesperrt.
account-done-consent = Das Recht ist zurückgenommen. Die Anwendung fragt beim nächsten Mal neu.
account-done-session = Diese Sitzung ist abgemeldet.
account-done-sessions = Sie sind überall außer hier abgemeldet.

## Profil

profile-lead = Anwendungen, denen Sie Ihr Profil zeigen, erfahren, was hier steht.
profile-none = Um Ihr Profil kümmert sich, wer diesen Dienst betreibt.
profile-given-name = Vorname
profile-family-name = Nachname
profile-middle-name = Weiterer Vorname
profile-nickname = Rufname
profile-profile = Profilseite
profile-picture = Bild
profile-website = Website
profile-gender = Geschlecht
profile-birthdate = Geburtsdatum
profile-zoneinfo = Zeitzone
profile-locale = Sprache
profile-phone-number = Telefonnummer
profile-birthdate-hint = Jahr, Monat und Tag, etwa 1990-05-31.
profile-zoneinfo-hint = Etwa Europe/Berlin.
profile-locale-hint = In dieser Sprache schreiben wir Ihnen.
profile-locale-browser = Wie in meinem Browser
profile-phone-number-hint = Mit der Vorwahl des Landes, etwa +14155550100.
profile-address-hint = Eine ganze Adresse, die mit https beginnt.

## Passwort

password-current = Bisheriges Passwort
password-current-wrong = Das ist nicht Ihr bisheriges Passwort. Bitte versuchen Sie es noch einmal.
password-new = Neues Passwort
password-none = Sie haben noch kein Passwort und melden sich auf anderem Weg an. Mit einem Passwort können Sie sich auch hier anmelden.
password-end-others = Überall sonst abmelden und beenden, was Anwendungen und API-Tokens für mich dürfen
password-submit = Passwort ändern

strength-weak = Dieses Passwort ist leicht zu erraten.
strength-keys = Tasten, die nebeneinander liegen, sind leicht zu erraten.
strength-repeats = Wiederholungen wie aaa oder abcabc sind leicht zu erraten.
strength-common = Das ist eines der häufigsten Passwörter.
strength-like-common = Das ist einem häufigen Passwort sehr ähnlich.
strength-sequence = Folgen wie abc oder 6543 sind leicht zu erraten.
strength-date = Jahre und Daten sind leicht zu erraten.
strength-word = Ein einzelnes Wort ist leicht zu erraten.
strength-name = Namen sind leicht zu erraten.
strength-few-words = Nehmen Sie einige Wörter, die sonst nicht zusammenstehen.
strength-no-need = Sonderzeichen, Ziffern und Großbuchstaben sind nicht nötig.
strength-another-word = Fügen Sie ein, zwei Wörter hinzu, am besten seltene.
strength-no-tricks = Großbuchstaben, rückwärts geschriebene Wörter und Zeichen statt Buchstaben helfen wenig.
strength-no-repeats = Vermeiden Sie Wiederholungen und Folgen.
strength-no-dates = Vermeiden Sie Jahre und Daten, die mit Ihnen zu tun haben.

## App-Passwörter

app-password-lead = Für Programme, die keine Anmeldeseite öffnen können. Jedes bekommt ein eigenes, damit Sie es einzeln zurücknehmen können.
app-password-made = Das App-Passwort für { $name }
app-password-once = Kopieren Sie es jetzt: Es wird nicht noch einmal gezeigt.
app-password-created = Angelegt
app-password-used = zuletzt verwendet
app-password-unused = nie verwendet
app-password-ends = endet
app-password-endless = endet nicht
app-password-delete = Löschen
app-password-new = Neues App-Passwort
app-password-name = Name
app-password-name-hint = Für welches Programm es ist.
app-password-lifetime = Gilt
app-password-month = 30 Tage
app-password-quarter = 90 Tage
app-password-year = Ein Jahr
app-password-for-ever = Bis ich es lösche
app-password-submit = App-Passwort anlegen

## Rechte von Anwendungen

account-consents-lead = Wozu Sie zugestimmt haben. Nehmen Sie es zurück, fragt die Anwendung Sie neu.
account-consents-none = Sie haben nichts zugestimmt, was gemerkt würde.
account-consents-may = Darf
account-consents-granted = Zugestimmt
account-consents-withdraw = Zurücknehmen
account-consents-hint = Was eine Anwendung schon erfahren hat, bleibt bei ihr.

## Sitzungen und Geräte

session-lead = Wo Sie angemeldet sind. Melden Sie ab, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.
session-device = { $browser } auf { $system }
session-unknown = Unbekanntes Gerät
session-here = Dieser Browser
session-seen = zuletzt gesehen
session-began = angemeldet
session-source = über { $source }
session-end-others = Alle anderen abmelden
session-hint = Anwendungen behalten, was Sie ihnen auf Dauer erlaubt haben.

## Letzte Aktivität

activity-lead = Was rund um Ihr Konto geschah. Waren Sie es nicht selbst, sagen Sie es denen, die diesen Dienst betreiben.
activity-none = Noch ist nichts geschehen.
activity-older = Ältere
activity-by-others = Nicht von Ihnen
activity-login = Sie haben sich angemeldet
activity-login-failed = Jemand konnte sich nicht als Sie anmelden
activity-logout = Abgemeldet
activity-linked = Ihr Konto bei { $name } wurde verknüpft
activity-unlinked = Die Verknüpfung mit Ihrem Konto bei { $name } wurde gelöst
activity-authorized = Sie haben sich bei { $name } angemeldet
activity-consent-withdrawn = Das Recht von { $name } wurde zurückgenommen
activity-password = Ihr Passwort wurde geändert
activity-created = Ihr Konto wurde angelegt
activity-updated = Ihr Konto wurde geändert
activity-app-password = Ein App-Passwort wurde angelegt
activity-app-password-deleted = Ein App-Passwort wurde gelöscht
activity-suspicious = Ein Token oder Code von { $name } wurde zweimal verwendet und ist nun gesperrt

## Zeitpunkte

moment-now = gerade eben
moment-minutes = { $minutes ->
    [one] vor { $minutes } Minute
   *[other] vor { $minutes } Minuten
}
moment-hours = { $hours ->
    [one] vor { $hours } Stunde
   *[other] vor { $hours } Stunden
}
moment-days = { $days ->
    [one] vor { $days } Tag
   *[other] vor { $days } Tagen
}

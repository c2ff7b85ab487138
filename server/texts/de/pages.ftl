### Deutsch.

demonstration-label = Vorführung
demonstration = Dies ist eine Vorführung. Konten und Passwörter sind öffentlich, und Eingaben sind nicht geschützt.

## Wörter, die mehrere Seiten brauchen

username = Benutzername
password = Passwort
password-show = Zeigen
password-hide = Verbergen
name = Vollständiger Name
email = E-Mail-Adresse
another-account = Anderes Konto verwenden
copy = Kopieren
copied = Kopiert
or = oder

## Anmelden

sign-in = Anmelden
sign-in-title = Anmelden
sign-in-to = und weiter zu { $application }
sign-in-here = und weiter zu Ihren Anwendungen
sign-in-again = Bitte melden Sie sich noch einmal an, um zu bestätigen, dass Sie es sind.
sign-in-with = Weiter mit { $source }
sign-in-wrong = Benutzername und Passwort passen nicht zusammen. Bitte prüfen Sie beides und versuchen Sie es noch einmal.
sign-in-too-many = { $minutes ->
    [one] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $minutes } Minute noch einmal.
   *[other] Es gab zu viele Fehlversuche. Bitte versuchen Sie es in { $minutes } Minuten noch einmal.
}
sign-in-expired = Diese Seite war zu lange offen. Bitte geben Sie Ihr Passwort noch einmal ein.
sources-title = Andere Wege, sich anzumelden

## Auf dem Weg zurück zu einer Anwendung, in einem Formular

form-post-title = Zurück zu { $application }
form-post-text = Es geht gleich weiter. Geschieht nichts, drücken Sie den Knopf.
form-post-continue = Weiter

## Erste Verwendung einer Rücksprungadresse

first-use-title = Ist das die Adresse von { $application }?
first-use-explains = { $application } hat hier noch keine Adresse und legt zum ersten Mal eine vor. Wenn Sie zustimmen, werden alle, die sich bei { $application } anmelden, von nun an dorthin geschickt und nirgendwo anders hin.
first-use-address = Adresse
first-use-destination = Führt zu
first-use-plain-http = Diese Adresse ist nicht verschlüsselt: Andere auf dem Weg können mitlesen, was dorthin geht.
first-use-allow = Diese Adresse verwenden
first-use-deny = Nicht verwenden
first-use-doubt = Im Zweifel nicht verwenden. Wem diese Adresse gehört, der kann für alle handeln, die sich anmelden.

## Einwilligung

consent-title = { $application } möchte Ihr Konto verwenden
consent-receives = Die Anwendung darf dann
consent-returns-to = Danach geht es weiter zu { $host }.
allow = Erlauben
deny = Nicht erlauben
privacy-policy = Datenschutzerklärung
terms-of-service = Nutzungsbedingungen
scope-openid = wissen, dass Sie es sind
scope-email = Ihre E-Mail-Adresse sehen
scope-profile = Ihren Namen, Ihr Profil und Ihre Gruppen sehen
scope-address = Ihre Postanschrift sehen
scope-phone = Ihre Telefonnummer sehen
scope-groups = sehen, zu welchen Gruppen Sie gehören
scope-entitlements = sehen, was Sie in ihr tun dürfen
scope-offline_access = diesen Zugang behalten, während Sie weg sind
scope-user = Ihr Profil sehen
scope-read-user = Ihr Profil sehen
scope-user-email = Ihre E-Mail-Adresse, Ihren Benutzernamen und Ihren Namen sehen
scope-read-org = sehen, zu welchen Gruppen Sie gehören, als Teams
scope-goauthentik-io-api = in Vestibules eigener Schnittstelle für Sie handeln
claim-essential = erforderlich
claim-name = Ihren vollständigen Namen sehen
claim-given-name = Ihren Vornamen sehen
claim-family-name = Ihren Nachnamen sehen
claim-middle-name = Ihren zweiten Vornamen sehen
claim-nickname = Ihren Spitznamen sehen
claim-preferred-username = Ihren Benutzernamen sehen
claim-profile = die Adresse Ihrer Profilseite sehen
claim-picture = Ihr Bild sehen
claim-website = Ihre Website sehen
claim-email = Ihre E-Mail-Adresse sehen
claim-email-verified = sehen, ob Ihre E-Mail-Adresse bestätigt ist
claim-gender = Ihr Geschlecht sehen
claim-birthdate = Ihr Geburtsdatum sehen
claim-zoneinfo = Ihre Zeitzone sehen
claim-locale = Ihre Sprache sehen
claim-phone-number = Ihre Telefonnummer sehen
claim-phone-number-verified = sehen, ob Ihre Telefonnummer bestätigt ist
claim-address = Ihre Postanschrift sehen
claim-auth-time = sehen, wann Sie sich angemeldet haben
claim-acr = sehen, wie sicher Sie sich angemeldet haben
claim-groups = sehen, zu welchen Gruppen Sie gehören

## Konto wählen

choose-account-title = Konto wählen
choose-account-to = und weiter zu { $application }

## Eine Regel hat abgelehnt

denied-title = { $application } ist für Sie nicht freigegeben
denied-rules = Diese Regeln haben abgelehnt
denied-policy = { $rule }
denied-group = Nur Mitglieder der Gruppe { $rule } dürfen sie benutzen.
denied-user = Sie ist nur für { $rule } freigegeben.
denied-next = Wenn Sie Zugang haben sollten, fragen Sie, wer diesen Dienst betreibt, und nennen Sie die Fallnummer.

## Geräte

device-title = Gerät verbinden
device-lead = Geben Sie den Code ein, den das Gerät zeigt.
device-code = Code
device-code-hint = Acht Buchstaben. Groß oder klein, mit oder ohne Strich.
device-continue = Weiter
device-unknown = Diesen Code zeigt kein Gerät. Bitte vergleichen Sie ihn mit dem auf dem Gerät und versuchen Sie es noch einmal.
device-expired = Dieser Code ist abgelaufen. Beginnen Sie auf dem Gerät von vorn und geben Sie den neuen Code ein.
device-answered = Dieser Code ist schon beantwortet. Beginnen Sie auf dem Gerät von vorn, um einen neuen zu bekommen.
device-too-many = { $minutes ->
    [one] Es gab zu viele falsche Codes. Bitte versuchen Sie es in { $minutes } Minute noch einmal.
   *[other] Es gab zu viele falsche Codes. Bitte versuchen Sie es in { $minutes } Minuten noch einmal.
}
device-form-expired = Diese Seite war zu lange offen. Bitte geben Sie den Code noch einmal ein.
device-question-title = { $application } möchte auf einem Gerät Ihr Konto verwenden
device-compare = Zeigt das Gerät vor Ihnen diesen Code?
device-warning = Erlauben Sie es nur, wenn Sie selbst gerade damit begonnen haben. Hat Ihnen jemand den Code oder einen Link geschickt, dann erlauben Sie es nicht: Er käme in Ihr Konto.
device-asked-from = Angefragt von der Adresse { $address },
device-asked-ago = { $minutes ->
    [0] gerade eben
    [one] vor { $minutes } Minute
   *[other] vor { $minutes } Minuten
}
device-allowed-title = Das Gerät ist verbunden
device-allowed-text = { $application } macht dort von selbst weiter. Sie können dieses Fenster jetzt schließen.
device-denied-title = Das Gerät ist nicht verbunden
device-denied-text = { $application } bekommt dort nichts. Sie können dieses Fenster jetzt schließen.

## Fehler

error-title = So geht es nicht weiter
error-title-forbidden = Hier kommen Sie nicht hinein
error-title-not-found = Hier ist nichts
error-title-too-many = Bitte warten Sie ein wenig
error-title-ours = Bei uns ist etwas schiefgegangen
error-given = Was ankam
error-expected = Was richtig wäre
error-next-title = Was Sie tun können
error-next = Gehen Sie zurück zur Anwendung und versuchen Sie es noch einmal. Hilft das nicht, dann nennen Sie denen, die sie betreiben, die Fallnummer.
error-next-ours = Versuchen Sie es gleich noch einmal. Bleibt es so, dann nennen Sie denen, die diesen Dienst betreiben, die Fallnummer.
error-case = Fall
error-code = Code

## Abmelden

sign-out = Abmelden
sign-out-title = Abmelden?
sign-out-everywhere = Überall abmelden
sign-out-everywhere-title = Überall abmelden?
sign-out-everywhere-question = Sie werden auf allen Geräten abgemeldet. Auch was Anwendungen und API-Token bisher für Sie tun durften, endet.
sign-out-question = Um Ihre Anwendungen zu öffnen, müssen Sie sich danach neu anmelden.
sign-out-asked = { $application } bittet darum, Sie abzumelden.
stay-signed-in = Angemeldet bleiben
signed-out-title = Sie sind abgemeldet
signed-out-onward = Sie werden gleich zurückgeführt.
signed-out-text = Sie können dieses Fenster jetzt schließen.
signed-out-source = Bei { $source } sind Sie noch angemeldet und kommen von dort ohne Rückfrage wieder herein.
sign-out-source = Auch bei { $source } abmelden
back-to = Zurück zu { $application }
sign-in-anew = Neu anmelden

## Startseite

home-title = Ihre Anwendungen
home-hello = Guten Tag, { $name }
home-signed-in-as = Sie sind als { $username } angemeldet.
home-applications = Ihre Anwendungen
home-empty = Noch gibt es hier nichts für Sie zu öffnen. Zugang zu Anwendungen bekommen Sie von einem Administrator.
home-cut = Nur die ersten { $count } werden gezeigt. Suchen Sie andere über ihren Namen.
home-others = Weitere Anwendungen
home-search = Anwendung suchen
home-search-submit = Suchen
home-search-all = Alle zeigen
home-none-found = Keine Ihrer Anwendungen passt zu „{ $words }“.
administration = Verwaltung

## Erster Administrator

setup-title = Ersten Administrator anlegen
setup-lead = Dieser Link gilt einmal. Das Konto, das Sie jetzt anlegen, darf hier alles verwalten.
setup-username-hint = Damit melden Sie sich an.
setup-name-hint = So sprechen die Seiten Sie an.
setup-email-hint = Hierhin kommen Nachrichten.
setup-password-hint = Lang ist besser als kompliziert. Ein ganzer Satz ist gut.
setup-submit = Administrator anlegen
setup-address = Vestibule hält { $address } für seine eigene Adresse. Zeigt Ihr Browser eine andere, dann setzen Sie public_url und starten Sie neu.
field-missing = Bitte füllen Sie dieses Feld aus.
field-too-short = { $least ->
    [one] Bitte mindestens { $least } Zeichen verwenden.
   *[other] Bitte mindestens { $least } Zeichen verwenden.
}
field-too-long = { $most ->
    [one] Bitte höchstens { $most } Zeichen verwenden.
   *[other] Bitte höchstens { $most } Zeichen verwenden.
}
field-malformed = Das hat nicht die richtige Form.
field-taken = Das ist schon vergeben. Bitte wählen Sie etwas anderes.

enroll-title = Fast geschafft
enroll-lead = { $source } hat nicht alles genannt, was ein Konto braucht.
enroll-username-hint = Ein eigener Name für diesen Ort.
enroll-submit = Weiter
source-problem = Die Anmeldung über { $source } hat nicht geklappt.
source-problem-back = Anders anmelden

account-title = Ihr Konto
account-linked = Konten anderswo
account-linked-none = Kein anderes Konto ist mit diesem verknüpft.
account-unlink = Verknüpfung lösen
account-link-another = Ein weiteres Konto verknüpfen
account-link-with = { $source } verknüpfen
account-last-way-in = Das ist Ihr einziger Zugang. Setzen Sie zuerst ein Passwort oder verknüpfen Sie ein weiteres Konto.

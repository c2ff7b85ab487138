## Konten, die ein Browser sich merkt

account-signed-in = Angemeldet
account-forget = Aus diesem Browser entfernen
account-forget-named = { $name } aus diesem Browser entfernen
accounts-remembered = Konten aus diesem Browser
accounts-explained = Dieser Browser merkt sich diese Konten. Passwörter behält er nicht.

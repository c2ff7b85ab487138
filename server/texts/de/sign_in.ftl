## Schritt für Schritt anmelden

sign-in-continue = Weiter
sign-in-name = Benutzername oder E-Mail-Adresse

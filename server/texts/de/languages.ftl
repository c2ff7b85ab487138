## Die Wahl der Sprache am Fuß einer Seite

language-name = Deutsch
languages-label = Sprache

## La elección del idioma al pie de una página

language-name = Español
languages-label = Idioma

## The choice of a language at the foot of a page

language-name = English
languages-label = Language

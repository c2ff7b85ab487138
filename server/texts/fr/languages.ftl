## Le choix de la langue au pied d’une page

language-name = Français
languages-label = Langue

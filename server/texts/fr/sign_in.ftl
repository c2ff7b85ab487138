## Se connecter pas à pas

sign-in-continue = Continuer
sign-in-name = Nom d’utilisateur ou adresse e-mail

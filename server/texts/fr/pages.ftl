### Français.

demonstration-label = Démonstration
demonstration = Ceci est une démonstration. Les comptes et les mots de passe sont publics, et ce que vous saisissez n’est pas protégé.

## Mots communs à plusieurs pages

username = Nom d’utilisateur
password = Mot de passe
password-show = Afficher
password-hide = Masquer
name = Nom complet
email = Adresse e-mail
another-account = Utiliser un autre compte
copy = Copier
copied = Copié
or = ou

## Connexion

sign-in = Se connecter
sign-in-title = Connexion
sign-in-to = pour continuer vers { $application }
sign-in-here = pour voir vos applications
sign-in-again = Veuillez vous connecter encore une fois, pour confirmer que c’est bien vous.
sign-in-with = Continuer avec { $source }
sign-in-wrong = Ce nom d’utilisateur et ce mot de passe ne vont pas ensemble. Vérifiez les deux et réessayez.
sign-in-too-many = { $minutes ->
    [one] Il y a eu trop de tentatives infructueuses. Veuillez réessayer dans { $minutes } minute.
   *[other] Il y a eu trop de tentatives infructueuses. Veuillez réessayer dans { $minutes } minutes.
}
sign-in-expired = Cette page est restée ouverte trop longtemps. Veuillez saisir à nouveau votre mot de passe.
sources-title = Autres façons de se connecter

## Retour vers une application, dans un formulaire

form-post-title = Retour vers { $application }
form-post-text = La suite arrive. Si rien ne se passe, appuyez sur le bouton.
form-post-continue = Continuer

## Première utilisation d’une adresse de retour

first-use-title = Est-ce l’adresse de { $application } ?
first-use-explains = { $application } n’a pas encore d’adresse ici et en présente une pour la première fois. Si vous acceptez, toutes les personnes qui se connectent à { $application } y seront désormais envoyées, et nulle part ailleurs.
first-use-address = Adresse
first-use-destination = Mène à
first-use-plain-http = Cette adresse n’est pas chiffrée : d’autres, en chemin, peuvent lire ce qui y est envoyé.
first-use-allow = Utiliser cette adresse
first-use-deny = Ne pas l’utiliser
first-use-doubt = En cas de doute, ne l’utilisez pas. Le propriétaire de cette adresse peut agir au nom de toutes les personnes qui se connectent.

## Consentement

consent-title = { $application } souhaite utiliser votre compte
consent-receives = L’application pourra
consent-returns-to = Vous irez ensuite à { $host }.
allow = Autoriser
deny = Ne pas autoriser
privacy-policy = Politique de confidentialité
terms-of-service = Conditions d’utilisation
scope-openid = savoir que c’est vous
scope-email = voir votre adresse e-mail
scope-profile = voir votre nom, votre profil et vos groupes
scope-address = voir votre adresse postale
scope-phone = voir votre numéro de téléphone
scope-groups = voir les groupes dont vous faites partie
scope-entitlements = voir ce que vous avez le droit d’y faire
scope-offline_access = garder cet accès pendant votre absence
scope-user = voir votre profil
scope-read-user = voir votre profil
scope-user-email = voir votre adresse e-mail, votre nom d’utilisateur et votre nom
scope-read-org = voir les groupes dont vous faites partie, en tant qu’équipes
scope-goauthentik-io-api = agir pour vous dans l’interface de programmation de Vestibule
claim-essential = nécessaire
claim-name = voir votre nom complet
claim-given-name = voir votre prénom
claim-family-name = voir votre nom de famille
claim-middle-name = voir votre deuxième prénom
claim-nickname = voir votre surnom
claim-preferred-username = voir votre nom d’utilisateur
claim-profile = voir l’adresse de votre page de profil
claim-picture = voir votre photo
claim-website = voir votre site web
claim-email = voir votre adresse e-mail
claim-email-verified = voir si votre adresse e-mail est confirmée
claim-gender = voir votre genre
claim-birthdate = voir votre date de naissance
claim-zoneinfo = voir votre fuseau horaire
claim-locale = voir votre langue
claim-phone-number = voir votre numéro de téléphone
claim-phone-number-verified = voir si votre numéro de téléphone est confirmé
claim-address = voir votre adresse postale
claim-auth-time = voir le moment de votre connexion
claim-acr = voir le niveau de sécurité de votre connexion
claim-groups = voir les groupes dont vous faites partie

## Choix du compte

choose-account-title = Choisir un compte
choose-account-to = pour continuer vers { $application }

## Une règle a refusé

denied-title = Vous n’avez pas accès à { $application }
denied-rules = Les règles qui ont refusé
denied-policy = { $rule }
denied-group = Seuls les membres du groupe { $rule } peuvent l’utiliser.
denied-user = Elle n’est ouverte qu’à { $rule }.
denied-next = Si vous devriez y avoir accès, adressez-vous aux responsables de ce service et indiquez-leur le numéro du dossier.

## Appareils

device-title = Connecter un appareil
device-lead = Saisissez le code que l’appareil affiche.
device-code = Code
device-code-hint = Huit lettres. Majuscules ou minuscules, avec ou sans tiret.
device-continue = Continuer
device-unknown = Aucun appareil n’affiche ce code. Comparez-le avec celui de l’appareil et réessayez.
device-expired = Ce code a expiré. Recommencez sur l’appareil et saisissez le nouveau code.
device-answered = Ce code a déjà reçu une réponse. Recommencez sur l’appareil pour en obtenir un nouveau.
device-too-many = { $minutes ->
    [one] Il y a eu trop de codes erronés. Veuillez réessayer dans { $minutes } minute.
   *[other] Il y a eu trop de codes erronés. Veuillez réessayer dans { $minutes } minutes.
}
device-form-expired = Cette page est restée ouverte trop longtemps. Veuillez saisir à nouveau le code.
device-question-title = { $application } souhaite utiliser votre compte sur un appareil
device-compare = L’appareil devant vous affiche-t-il ce code ?
device-warning = N’autorisez que si vous venez de commencer cela vous-même. Si quelqu’un vous a envoyé le code ou un lien, n’autorisez pas : cette personne entrerait dans votre compte.
device-asked-from = Demandé depuis l’adresse { $address },
device-asked-ago = { $minutes ->
    [0] à l’instant
    [one] il y a { $minutes } minute
   *[other] il y a { $minutes } minutes
}
device-allowed-title = L’appareil est connecté
device-allowed-text = { $application } y continue d’elle-même. Vous pouvez maintenant fermer cette fenêtre.
device-denied-title = L’appareil n’est pas connecté
device-denied-text = { $application } n’y reçoit rien. Vous pouvez maintenant fermer cette fenêtre.

## Erreurs

error-title = Impossible de continuer ainsi
error-title-forbidden = Vous ne pouvez pas entrer ici
error-title-not-found = Il n’y a rien ici
error-title-too-many = Veuillez patienter un peu
error-title-ours = Quelque chose s’est mal passé de notre côté
error-given = Ce qui est arrivé
error-expected = Ce qui serait correct
error-next-title = Ce que vous pouvez faire
error-next = Retournez à l’application et réessayez. Si cela n’aide pas, signalez-le à ses responsables en indiquant le numéro du dossier.
error-next-ours = Réessayez dans un instant. Si cela persiste, signalez-le aux responsables de ce service en indiquant le numéro du dossier.
error-case = Dossier
error-code = Code

## Déconnexion

sign-out = Se déconnecter
sign-out-title = Se déconnecter ?
sign-out-everywhere = Se déconnecter partout
sign-out-everywhere-title = Se déconnecter partout ?
sign-out-everywhere-question = Votre session sera fermée sur tous vos appareils. Ce que les applications et les jetons d’API pouvaient faire pour vous prend fin aussi.
sign-out-question = Vous devrez vous reconnecter pour ouvrir vos applications.
sign-out-asked = { $application } demande à vous déconnecter.
stay-signed-in = Garder la session ouverte
signed-out-title = Votre session est fermée
signed-out-onward = La suite arrive dans un instant.
signed-out-text = Vous pouvez maintenant fermer cette fenêtre.
signed-out-source = Votre session auprès de { $source } reste ouverte, et permet de revenir ici sans autre question.
sign-out-source = Se déconnecter aussi de { $source }
back-to = Retour vers { $application }
sign-in-anew = Se reconnecter

## Page d’accueil

home-title = Vos applications
home-hello = Bonjour, { $name }
home-signed-in-as = Votre session est ouverte au nom de { $username }.
home-applications = Vos applications
home-empty = Il n’y a encore rien à ouvrir ici. Un administrateur peut vous donner accès à des applications.
home-cut = Seules les { $count } premières sont affichées. Cherchez les autres par leur nom.
home-others = Autres applications
home-search = Chercher une application
home-search-submit = Chercher
home-search-all = Tout afficher
home-none-found = Aucune de vos applications ne correspond à « { $words } ».
administration = Administration

## Premier administrateur

setup-title = Créer le premier administrateur
setup-lead = Ce lien ne sert qu’une fois. Le compte que vous créez maintenant pourra tout administrer ici.
setup-username-hint = Ce avec quoi vous vous connectez.
setup-name-hint = La façon dont les pages vous saluent.
setup-email-hint = Là où les messages vous parviennent.
setup-password-hint = Mieux vaut long que compliqué. Une phrase convient.
setup-submit = Créer l’administrateur
setup-address = Vestibule considère { $address } comme sa propre adresse. Si votre navigateur en affiche une autre, réglez public_url et redémarrez-le.
field-missing = Veuillez remplir ce champ.
field-too-short = { $least ->
    [one] Utilisez au moins { $least } caractère.
   *[other] Utilisez au moins { $least } caractères.
}
field-too-long = { $most ->
    [one] Utilisez au plus { $most } caractère.
   *[other] Utilisez au plus { $most } caractères.
}
field-malformed = Ceci n’a pas la bonne forme.
field-taken = Quelqu’un d’autre l’a déjà. Veuillez choisir autre chose.

enroll-title = C’est presque fini
enroll-lead = { $source } n’a pas indiqué tout ce dont un compte a besoin.
enroll-username-hint = Un nom qui vous est propre, pour ce lieu.
enroll-submit = Continuer
source-problem = La connexion par { $source } n’a pas fonctionné.
source-problem-back = Se connecter autrement

account-title = Votre compte
account-linked = Comptes ailleurs
account-linked-none = Aucun autre compte n’est lié à celui-ci.
account-unlink = Délier
account-link-another = Lier un autre compte
account-link-with = Lier { $source }
account-last-way-in = C’est votre seul accès. Choisissez d’abord un mot de passe ou liez un autre compte.

## Les pages de son propre compte

account-profile = Profil
account-password = Mot de passe
account-app-passwords = Mots de passe d’application
account-consents = Droits des applications
account-sessions = Sessions et appareils
account-activity = Activité récente
account-save = Enregistrer
account-confirm = Pour modifier quelque chose ici, il faut s’être connecté dans les dix dernières minutes.
account-confirm-link = Confirmer que c’est vous
account-done-profile = Votre profil est enregistré.
account-done-password = Votre mot de passe est modifié.
account-done-password-and-sessions = Votre mot de passe est modifié, et vous êtes déconnecté partout ailleurs.
account-done-app-password = Le mot de passe d’application est supprimé. Ce qui l’utilisait n’a plus d’accès.
account-done-consent = Le droit est retiré. L’application vous demandera de nouveau.
account-done-session = Cette session est déconnectée.
account-done-sessions = Vous êtes déconnecté partout sauf ici.

## Profil

profile-lead = Les applications auxquelles vous montrez votre profil apprennent ce qui figure ici.
profile-none = Votre profil est tenu à jour par ceux qui gèrent ce service.
profile-given-name = Prénom
profile-family-name = Nom de famille
profile-middle-name = Deuxième prénom
profile-nickname = Surnom
profile-profile = Page de profil
profile-picture = Image
profile-website = Site web
profile-gender = Genre
profile-birthdate = Date de naissance
profile-zoneinfo = Fuseau horaire
profile-locale = Langue
profile-phone-number = Numéro de téléphone
profile-birthdate-hint = Année, mois et jour, comme 1990-05-31.
profile-zoneinfo-hint = Par exemple Europe/Paris.
profile-locale-hint = Nous vous écrivons dans cette langue.
profile-locale-browser = Comme dans mon navigateur
profile-phone-number-hint = Avec l’indicatif du pays, comme +14155550100.
profile-address-hint = Une adresse complète qui commence par https.

## Mot de passe

password-current = Mot de passe actuel
password-current-wrong = Ce n’est pas votre mot de passe actuel. Veuillez réessayer.
password-new = Nouveau mot de passe
password-none = Vous n’avez pas encore de mot de passe et vous connectez autrement. Avec un mot de passe, vous pourrez aussi vous connecter ici.
password-end-others = Me déconnecter partout ailleurs et mettre fin à ce que les applications et les jetons d’API peuvent faire pour moi
password-submit = Modifier le mot de passe

strength-weak = Ce mot de passe est facile à deviner.
strength-keys = Des touches voisines sont faciles à deviner.
strength-repeats = Des répétitions comme aaa ou abcabc sont faciles à deviner.
strength-common = C’est l’un des mots de passe les plus répandus.
strength-like-common = Il ressemble beaucoup à un mot de passe répandu.
strength-sequence = Des suites comme abc ou 6543 sont faciles à deviner.
strength-date = Les années et les dates sont faciles à deviner.
strength-word = Un seul mot est facile à deviner.
strength-name = Les noms sont faciles à deviner.
strength-few-words = Prenez quelques mots qui ne vont pas d’ordinaire ensemble.
strength-no-need = Les symboles, les chiffres et les majuscules ne sont pas nécessaires.
strength-another-word = Ajoutez un ou deux mots, rares de préférence.
strength-no-tricks = Les majuscules, les mots à l’envers et les signes à la place des lettres aident peu.
strength-no-repeats = Évitez les répétitions et les suites.
strength-no-dates = Évitez les années et les dates qui vous concernent.

## Mots de passe d’application

app-password-lead = Pour les programmes qui ne peuvent pas ouvrir de page de connexion. Chacun a le sien, pour que vous puissiez le retirer seul.
app-password-made = Le mot de passe d’application pour { $name }
app-password-once = Copiez-le maintenant : il ne sera plus affiché.
app-password-created = Créé
app-password-used = dernière utilisation
app-password-unused = jamais utilisé
app-password-ends = expire
app-password-endless = n’expire pas
app-password-delete = Supprimer
app-password-new = Nouveau mot de passe d’application
app-password-name = Nom
app-password-name-hint = Le programme auquel il est destiné.
app-password-lifetime = Valable
app-password-month = 30 jours
app-password-quarter = 90 jours
app-password-year = Un an
app-password-for-ever = Jusqu’à ce que je le supprime
app-password-submit = Créer le mot de passe

## Droits des applications

account-consents-lead = Ce que vous avez accepté. Une application à qui vous le retirez vous demandera de nouveau.
account-consents-none = Vous n’avez rien accepté qui serait retenu.
account-consents-may = Peut
account-consents-granted = Accepté
account-consents-withdraw = Retirer
account-consents-hint = Une application garde ce qu’elle a déjà appris.

## Sessions et appareils

session-lead = Là où vous êtes connecté. Déconnectez ce que vous ne connaissez pas, puis modifiez votre mot de passe.
session-device = { $browser } sur { $system }
session-unknown = Appareil inconnu
session-here = Ce navigateur
session-seen = vu
session-began = connecté
session-source = par { $source }
session-end-others = Déconnecter toutes les autres
session-hint = Les applications gardent ce que vous leur avez permis de garder.

## Activité récente

activity-lead = Ce qui s’est passé autour de votre compte. Si ce n’était pas vous, dites-le à ceux qui gèrent ce service.
activity-none = Rien ne s’est encore passé.
activity-older = Plus ancien
activity-by-others = Pas par vous
activity-login = Vous vous êtes connecté
activity-login-failed = Quelqu’un n’a pas réussi à se connecter à votre place
activity-logout = Déconnexion
activity-linked = Votre compte chez { $name } a été lié
activity-unlinked = Votre compte chez { $name } n’est plus lié
activity-authorized = Vous vous êtes connecté à { $name }
activity-consent-withdrawn = Le droit de { $name } a été retiré
activity-password = Votre mot de passe a été modifié
activity-created = Votre compte a été créé
activity-updated = Votre compte a été modifié
activity-app-password = Un mot de passe d’application a été créé
activity-app-password-deleted = Un mot de passe d’application a été supprimé
activity-suspicious = Un jeton ou un code de { $name } a servi deux fois et est désormais bloqué

## Moments

moment-now = à l’instant
moment-minutes = { $minutes ->
    [one] il y a { $minutes } minute
   *[other] il y a { $minutes } minutes
}
moment-hours = { $hours ->
    [one] il y a { $hours } heure
   *[other] il y a { $hours } heures
}
moment-days = { $days ->
    [one] il y a { $days } jour
   *[other] il y a { $days } jours
}

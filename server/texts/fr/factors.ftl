
## Seconds facteurs et clés d’accès

passkey-sign-in = Se connecter avec une clé d’accès
passkey-not-done = Cela n’a pas fonctionné, ou a été annulé. Vous pouvez réessayer.
passkey-not-made = Aucune clé d’accès n’a été créée. Vous pouvez réessayer.
passkey-needs-script = Les clés d’accès demandent JavaScript dans ce navigateur.
passkey-elsewhere = Cette page était ouverte à une autre adresse. Les clés d’accès ne fonctionnent qu’à { $address } ; ouvrez-la là.
passkey-late = Cela a pris trop de temps, ou a été envoyé deux fois. Veuillez réessayer.
passkey-not-verified = Votre appareil n’a pas vérifié que c’est bien vous. Déverrouillez la clé d’accès avec un code, une empreinte ou votre visage.
passkey-copied = Cette clé d’accès a donné une réponse plus ancienne que la précédente : il en existe peut-être une copie. Elle n’a pas été acceptée. Connectez-vous autrement, et retirez-la.
passkey-unknown = Cette clé d’accès n’ouvre aucun compte ici. Choisissez-en une autre, ou connectez-vous autrement.
passkey-taken = Cette clé d’accès est déjà utilisée.
passkey-failed = La clé d’accès n’a pas été acceptée. Veuillez réessayer.

factor-title = Encore une étape
factor-lead = Veuillez confirmer que c’est bien vous, { $username }.
factor-passkey = Utiliser une clé d’accès
factor-code = Code
factor-hint = De votre application d’authentification, ou l’un de vos codes de secours.
factor-continue = Continuer
factor-wrong = Ce code n’est pas le bon, ou a déjà servi. Attendez le suivant et réessayez.
factor-too-many = { $minutes ->
    [one] Il y a eu trop d’essais manqués. Veuillez réessayer dans { $minutes } minute.
   *[other] Il y a eu trop d’essais manqués. Veuillez réessayer dans { $minutes } minutes.
}
factor-expired = Ce formulaire est resté ouvert trop longtemps. Veuillez saisir un code à nouveau.
factor-needed-title = Un second facteur est nécessaire
factor-needed-lead = Vous êtes connecté en tant que { $username }. Pour continuer, un mot de passe seul ne suffit pas. Ajouter un second facteur prend environ une minute.
factor-needed-passkey = Vous êtes connecté en tant que { $username }. Pour continuer, il vous faut une clé d’accès. En créer une prend environ une minute.
factor-needed-set-up = L’ajouter maintenant
factor-needed-back = Pas maintenant

factors-title = Clés d’accès et seconds facteurs
factors-lead = Ce qui protège le compte { $username } en plus de son mot de passe.
factors-wanted = Là où vous allez, l’un d’eux est nécessaire. Ajoutez-en un, puis vous pourrez continuer.
factors-done = C’est tout ce qu’il fallait.
factors-onward = Continuer
factors-passkeys = Clés d’accès
factors-passkeys-about = Une clé dans votre téléphone, votre ordinateur ou votre gestionnaire de mots de passe, déverrouillée comme l’appareil. Elle vous connecte sans mot de passe, et personne ne peut vous amener par ruse à la donner.
factors-passkey = Clé d’accès
factors-passkey-name = Nom de la nouvelle clé d’accès
factors-passkey-add = Ajouter une clé d’accès
factors-no-passkeys-here = Il ne peut pas y avoir de clés d’accès à cette adresse, car c’est un nombre et non un nom.
factors-authenticators = Applications d’authentification
factors-authenticators-about = Une application qui montre un nouveau code chaque demi-minute. Un code vous est demandé après votre mot de passe.
factors-authenticator = Application d’authentification
factors-authenticator-add = Ajouter une application d’authentification
factors-name = Nom
factors-rename = Renommer
factors-save = Enregistrer
factors-remove = Retirer
factors-remove-named = Retirer { $name }
factors-recovery = Codes de secours
factors-recovery-about = Pour le jour où vos appareils ne sont pas à portée de main. Chaque code sert une fois.
factors-codes-left = { $count ->
    [0] Tous les codes ont servi. Créez-en de nouveaux.
    [one] Il reste { $count } code.
   *[other] Il reste { $count } codes.
}
factors-recovery-new = Créer de nouveaux codes de secours
factors-last-way-in = Cette clé d’accès est votre seul moyen d’entrer. Définissez d’abord un mot de passe ou ajoutez une autre clé d’accès.
factors-too-many = Un compte ne peut pas en avoir plus. Retirez-en un d’abord.
factors-expired = Cela a pris trop de temps. Veuillez recommencer.

authenticator-title = Ajouter une application d’authentification
authenticator-lead = Faites lire cette image à l’application, pour ajouter { $username }.
authenticator-picture = Code QR avec le secret pour l’application
authenticator-type = Ou saisissez-y cette clé :
authenticator-open = Ouvrir dans une application de cet appareil
authenticator-code = Code
authenticator-code-hint = Les six chiffres que l’application montre maintenant.
authenticator-name = Nom, pour la distinguer des autres
authenticator-confirm = Ajouter
authenticator-wrong = Ce n’est pas le code que l’application devrait montrer. Comparez la clé, et l’heure de l’appareil.

recovery-title = Vos codes de secours
recovery-lead = Chacun d’eux connecte { $username } une fois, à la place d’un second facteur.
recovery-once = Ils ne sont montrés que maintenant. Imprimez-les ou gardez-les en lieu sûr, pas sur l’appareil avec lequel vous vous connectez.
recovery-kept = Je les ai gardés

activity-factor-added = Un second facteur, une clé d’accès ou des codes de secours ont été ajoutés
activity-factor-removed = Un second facteur ou une clé d’accès a été retiré

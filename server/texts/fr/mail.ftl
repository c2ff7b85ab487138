## Les pages autour du courrier : récupération, création de compte, adresses

recover-link = Mot de passe oublié ?
recover-title = Retrouver l’accès
recover-lead = Nous vous envoyons un lien qui permet de choisir un nouveau mot de passe.
recover-name = Nom d’utilisateur ou adresse e-mail
recover-hint = Le lien part vers une de vos adresses confirmées.
recover-submit = Envoyer le lien
recover-back = Retour à la connexion
mail-sent-title = Consultez votre courrier
recover-sent = Si ce compte existe et a une adresse confirmée, un lien est en route. Il est valable 30 minutes.
mail-sent-hint = Rien reçu ? Regardez dans les indésirables, et attendez quelques minutes avant de réessayer.
mail-too-many = { $minutes ->
    [one] Trop de messages ont été demandés. Veuillez réessayer dans { $minutes } minute.
   *[other] Trop de messages ont été demandés. Veuillez réessayer dans { $minutes } minutes.
}
recover-new-title = Choisir un nouveau mot de passe
recover-new-lead = pour le compte { $username }
recover-new-submit = Enregistrer le mot de passe
recover-done-title = Votre mot de passe est enregistré
recover-done = Vous êtes déconnecté partout. Connectez-vous avec le nouveau mot de passe.

sign-up-link = Créer un compte
sign-up-title = Créer un compte
sign-up-lead = Nous vous envoyons un lien pour continuer.
sign-up-hint = Nous vous écrivons à cette adresse.
sign-up-sent = Un message à { $address } est en route.
join-title = Votre compte
join-lead = pour { $address }
join-lead-open = Vous êtes invité. Choisissez comment vous vous connectez.
join-submit = Créer le compte

account-emails = Adresses e-mail
account-done-address-asked = Un lien est en route vers cette adresse. Il est valable une heure.
account-done-address-primary = Désormais, nous vous écrivons à cette adresse.
account-done-address-removed = L’adresse est retirée.
address-lead = Là où les messages vous parviennent, et ce avec quoi vous pouvez vous connecter.
address-none = Votre compte n’a pas d’adresse.
address-primary = Adresse principale
address-primary-unverified = Adresse principale, non confirmée
address-verified = Confirmée
address-unverified = Non confirmée
address-asked = Un lien y a été envoyé
address-linked = de { $source }
address-send = Envoyer un lien
address-make-primary = Rendre principale
address-remove = Retirer
address-new = Ajouter une adresse
address-hint = Nous y envoyons un lien. L’adresse est ajoutée quand vous l’ouvrez.
address-submit = Envoyer le lien
address-too-many = Votre compte a autant d’adresses qu’il peut en avoir. Retirez-en une d’abord.
address-no-mail = Aucun message ne peut être envoyé d’ici, donc aucune adresse ajoutée.
field-own = Cette adresse appartient déjà à votre compte.
confirm-address-title = Confirmer cette adresse
confirm-address-lead = Elle sera ajoutée au compte { $username }.
confirm-address-submit = Confirmer
confirm-address-doubt = Ce n’est pas votre compte ? Fermez cette page : sans votre confirmation, rien ne se passe.
confirm-address-done-title = L’adresse est confirmée
confirm-address-done = { $address } appartient maintenant à votre compte.

activity-recovery = Un lien pour un nouveau mot de passe a été demandé
activity-email-verified = Une adresse a été confirmée
activity-email-primary = L’adresse principale a été changée
activity-email-removed = Une adresse a été retirée
activity-mail-failed = Un message pour vous n’a pas pu être remis

## Messages

mail-recovery-subject = Choisir un nouveau mot de passe
mail-recovery = Un nouveau mot de passe a été demandé pour le compte { $username }.
mail-asked-from = La demande vient de l’adresse { $address }.
mail-recovery-link = Choisir un nouveau mot de passe
mail-recovery-once = Le lien sert une seule fois et reste valable 30 minutes.
mail-recovery-ignore = Si ce n’était pas vous, ne faites rien : votre mot de passe reste le même.
mail-verification-subject = Confirmez votre adresse
mail-verification = L’adresse { $address } doit être ajoutée au compte { $username }.
mail-verification-link = Confirmer l’adresse
mail-verification-once = Le lien sert une seule fois et reste valable une heure.
mail-verification-ignore = Si ce n’est pas votre compte, ne faites rien : l’adresse ne sera pas ajoutée.
mail-address-in-use-subject = Votre adresse a été saisie pour un autre compte
mail-address-in-use = Quelqu’un voulait ajouter { $address } à son compte. Elle appartient à votre compte { $username }.
mail-nothing-happened = Rien n’a changé, et vous n’avez rien à faire.
mail-account-exists-subject = Vous avez déjà un compte
mail-account-exists = Quelqu’un, peut-être vous, voulait créer un compte avec cette adresse. Elle appartient déjà au compte { $username }.
mail-account-exists-link = Se connecter
mail-account-exists-recover = Si vous avez oublié votre mot de passe, vous pouvez en choisir un nouveau là-bas.
mail-sign-up-subject = Créez votre compte
mail-sign-up = Un compte a été demandé avec cette adresse.
mail-sign-up-link = Créer le compte
mail-sign-up-once = Le lien sert une seule fois et reste valable deux heures.
mail-sign-up-ignore = Si ce n’était pas vous, ne faites rien : aucun compte ne sera créé.
mail-invitation-subject = Vous êtes invité
mail-invitation = Vous êtes invité à créer un compte.
mail-invitation-link = Créer le compte
mail-invitation-once = Le lien sert une seule fois.
mail-new-browser-subject = Nouvelle connexion à votre compte
mail-new-browser = Quelqu’un s’est connecté au compte { $username } dans un navigateur où il n’avait pas encore été connecté.
mail-new-browser-you = Si c’était vous, ne faites rien. Un navigateur dont les cookies ont été supprimés compte comme nouveau.
mail-new-browser-link = Où vous êtes connecté
mail-new-browser-not-you = Si ce n’était pas vous, déconnectez-y cette session, choisissez un nouveau mot de passe et dites-le à ceux qui gèrent ce service.
mail-password-changed-subject = Votre mot de passe a été modifié
mail-password-changed = Le mot de passe du compte { $username } a été modifié.
mail-password-set = Un administrateur a défini un nouveau mot de passe pour le compte { $username }.
mail-password-set-doubt = Vous êtes déconnecté partout. Si vous ne vous y attendiez pas, demandez à ceux qui gèrent ce service.
mail-addresses-changed-subject = Vos adresses ont été modifiées
mail-address-added = L’adresse { $address } a été ajoutée au compte { $username }.
mail-address-primary = Les messages du compte { $username } vont maintenant à { $address }.
mail-address-removed = L’adresse { $address } a été retirée du compte { $username }.
mail-factors-changed-subject = Votre façon de vous connecter a été modifiée
mail-passkey-added = Une clé d’accès a été ajoutée au compte { $username }.
mail-passkey-removed = Une clé d’accès a été retirée du compte { $username }.
mail-totp-added = Une application qui affiche des codes a été ajoutée au compte { $username }.
mail-totp-removed = Une application qui affiche des codes a été retirée du compte { $username }.
mail-recovery-codes-made = De nouveaux codes de récupération ont été créés pour le compte { $username }.
mail-recovery-codes-removed = Les codes de récupération du compte { $username } ont été retirés.
mail-recovery-code-used = Un code de récupération a servi à se connecter au compte { $username }.
mail-circumstances = Quand : { $at }. D’où : { $address }, { $device }.
mail-not-you = Si ce n’était pas vous, choisissez un nouveau mot de passe et dites-le à ceux qui gèrent ce service.

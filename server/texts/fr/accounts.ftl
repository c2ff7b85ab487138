## Comptes que retient un navigateur

account-signed-in = Session ouverte
account-forget = Retirer de ce navigateur
account-forget-named = Retirer { $name } de ce navigateur
accounts-remembered = Comptes utilisés dans ce navigateur
accounts-explained = Ce navigateur retient ces comptes. Les mots de passe ne sont pas conservés.

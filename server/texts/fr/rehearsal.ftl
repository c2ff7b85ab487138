# Répétitions : ce qui arriverait, sans que rien ne soit écrit.

dashboard-inspect = Examiner un jeton

rehearsal-inspect = Examiner un jeton
rehearsal-inspect-text = Collez un jeton, un code ou une autre valeur émise par Vestibule. Elle est expliquée, non utilisée, et n’est plus affichée.
rehearsal-inspect-do = Expliquer
rehearsal-preview = Aperçu des claims
rehearsal-preview-text = Ce que cette application apprendrait d’une personne, et pourquoi. Rien n’est émis.
rehearsal-preview-do = Aperçu
rehearsal-replay = Répéter une connexion
rehearsal-replay-text = Ce que Vestibule ferait d’une réponse de ce fournisseur : la personne, ce qui est écarté, et à qui est le compte. Rien n’est écrit.
rehearsal-replay-do = Répéter

rehearsal-field-token = Jeton
rehearsal-field-user = Personne
rehearsal-help-user = Un nom d’utilisateur ou un identifiant.
rehearsal-field-scopes = Scopes
rehearsal-help-scopes = Séparés par des espaces. Aucun : ceux que l’application obtient quand elle n’en demande pas.
rehearsal-field-userinfo = Réponse de l’adresse du profil
rehearsal-help-userinfo = Un objet JSON, tel que le fournisseur l’envoie.
rehearsal-field-id_token_claims = Claims du jeton d’identité
rehearsal-field-profile = Ce que le script de profil a renvoyé
rehearsal-help-profile = Remplace les deux quand quelque chose est saisi.
rehearsal-field-name = Nom de l’exemple
rehearsal-help-name = Seulement pour enregistrer. Une modification des correspondances qui ferait autre chose d’une réponse enregistrée est refusée jusqu’à ce que vous l’acceptiez.
rehearsal-save-sample = Enregistrer comme exemple
rehearsal-samples = Exemples enregistrés

rehearsal-outcome = Ce qui arriverait
rehearsal-no-object = Ce n’est pas un objet JSON. { $why }

rehearsal-kind-access_token = jeton d’accès
rehearsal-kind-refresh_token = jeton d’actualisation
rehearsal-kind-authorization_code = code d’autorisation
rehearsal-kind-id_token = jeton d’identité
rehearsal-kind-logout_token = jeton de déconnexion
rehearsal-kind-api_token = jeton d’API
rehearsal-kind-jwt = JWT
rehearsal-kind-unknown = valeur inconnue
rehearsal-counts = Il compte maintenant ({ $kind }).
rehearsal-counts-not = Il ne compte pas ({ $kind }).
rehearsal-header = En-tête
rehearsal-token-claims = Claims

rehearsal-gets-in = La personne entre.
rehearsal-stays-out = La personne n’entre pas.
rehearsal-granted = Scopes accordés :
rehearsal-dropped-scopes = Demandés, mais non proposés à cette application :
rehearsal-claims = Claims
rehearsal-claim = Claim
rehearsal-value = Valeur
rehearsal-places = Où
rehearsal-why = D’où cela vient
rehearsal-in-id-token = jeton d’identité
rehearsal-in-userinfo = userinfo
rehearsal-from-mapping = { $mapping } (scope { $scope })
rehearsal-from-protocol = OpenID Connect

rehearsal-outcome-sign_in = La personne se connecte à son compte.
rehearsal-outcome-sign_up = Un nouveau compte est créé.
rehearsal-outcome-finish = On demande à la personne ce qui manque.
rehearsal-outcome-link = L’identité est liée au compte existant.
rehearsal-outcome-refuse = La connexion est refusée.
rehearsal-person = La personne

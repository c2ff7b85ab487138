# Proben: was geschehen würde, ohne dass etwas geschrieben wird.

dashboard-inspect = Token prüfen

rehearsal-inspect = Token prüfen
rehearsal-inspect-text = Fügen Sie ein Token, einen Code oder einen anderen Wert ein, den Vestibule ausgestellt hat. Er wird erklärt, nicht benutzt, und nicht wieder angezeigt.
rehearsal-inspect-do = Erklären
rehearsal-preview = Claims ansehen
rehearsal-preview-text = Was diese Anwendung über eine Person erfahren würde, und warum. Es wird nichts ausgestellt.
rehearsal-preview-do = Ansehen
rehearsal-replay = Anmeldung proben
rehearsal-replay-text = Was Vestibule aus einer Antwort dieses Anbieters machen würde: die Person, was wegfällt, und wessen Konto das ist. Es wird nichts geschrieben.
rehearsal-replay-do = Proben

rehearsal-field-token = Token
rehearsal-field-user = Person
rehearsal-help-user = Ein Benutzername oder eine ID.
rehearsal-field-scopes = Scopes
rehearsal-help-scopes = Durch Leerzeichen getrennt. Keine: die, welche die Anwendung bekommt, wenn sie keine verlangt.
rehearsal-field-userinfo = Antwort der Profiladresse
rehearsal-help-userinfo = Ein JSON-Objekt, wie der Anbieter es sendet.
rehearsal-field-id_token_claims = Claims des ID-Tokens
rehearsal-field-profile = Was das Profilskript zurückgab
rehearsal-help-profile = Steht an der Stelle von beidem, wenn etwas eingetragen ist.
rehearsal-field-name = Name des Beispiels
rehearsal-help-name = Nur zum Speichern. Eine Änderung der Zuordnungen, die aus einer gespeicherten Antwort etwas anderes machen würde, wird abgelehnt, bis Sie sie annehmen.
rehearsal-save-sample = Als Beispiel speichern
rehearsal-samples = Gespeicherte Beispiele

rehearsal-outcome = Was geschehen würde
rehearsal-no-object = Das ist kein JSON-Objekt. { $why }

rehearsal-kind-access_token = Zugriffstoken
rehearsal-kind-refresh_token = Refresh-Token
rehearsal-kind-authorization_code = Autorisierungscode
rehearsal-kind-id_token = ID-Token
rehearsal-kind-logout_token = Logout-Token
rehearsal-kind-api_token = API-Token
rehearsal-kind-jwt = JWT
rehearsal-kind-unknown = unbekannter Wert
rehearsal-counts = Es gilt jetzt ({ $kind }).
rehearsal-counts-not = Es gilt nicht ({ $kind }).
rehearsal-header = Kopf
rehearsal-token-claims = Claims

rehearsal-gets-in = Die Person kommt hinein.
rehearsal-stays-out = Die Person kommt nicht hinein.
rehearsal-granted = Gewährte Scopes:
rehearsal-dropped-scopes = Verlangt, aber dieser Anwendung nicht angeboten:
rehearsal-claims = Claims
rehearsal-claim = Claim
rehearsal-value = Wert
rehearsal-places = Wo
rehearsal-why = Woher
rehearsal-in-id-token = ID-Token
rehearsal-in-userinfo = userinfo
rehearsal-from-mapping = { $mapping } (Scope { $scope })
rehearsal-from-protocol = OpenID Connect

rehearsal-outcome-sign_in = Die Person meldet sich an ihrem Konto an.
rehearsal-outcome-sign_up = Es entsteht ein neues Konto.
rehearsal-outcome-finish = Die Person wird nach dem gefragt, was fehlt.
rehearsal-outcome-link = Die Identität wird mit dem bestehenden Konto verknüpft.
rehearsal-outcome-refuse = Die Anmeldung wird abgelehnt.
rehearsal-person = Die Person

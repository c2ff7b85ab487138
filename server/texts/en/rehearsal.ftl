# Rehearsals: what would happen, without anything being written.

dashboard-inspect = Token inspector

rehearsal-inspect = Token inspector
rehearsal-inspect-text = Paste a token, a code or any other value that Vestibule has issued. It is explained, not used, and not shown again.
rehearsal-inspect-do = Explain
rehearsal-preview = Preview claims
rehearsal-preview-text = What this application would learn about a person, and why. Nothing is issued.
rehearsal-preview-do = Preview
rehearsal-replay = Rehearse a sign-in
rehearsal-replay-text = What Vestibule would make of an answer of this provider: the person, what is dropped, and whose account that is. Nothing is written.
rehearsal-replay-do = Rehearse

rehearsal-field-token = Token
rehearsal-field-user = Person
rehearsal-help-user = A user name or an id.
rehearsal-field-scopes = Scopes
rehearsal-help-scopes = Separated by spaces. None: those that the application gets when it asks for none.
rehearsal-field-userinfo = Answer of the profile address
rehearsal-help-userinfo = A JSON object, as the provider sends it.
rehearsal-field-id_token_claims = Claims of the ID token
rehearsal-field-profile = What the profile script returned
rehearsal-help-profile = Stands in the place of both when something is entered.
rehearsal-field-name = Name of the sample
rehearsal-help-name = Only for saving. A change of the mappings that would make something else of a saved answer is refused until you accept it.
rehearsal-save-sample = Save as sample
rehearsal-samples = Saved samples

rehearsal-outcome = What would happen
rehearsal-no-object = This is no JSON object. { $why }

rehearsal-kind-access_token = access token
rehearsal-kind-refresh_token = refresh token
rehearsal-kind-authorization_code = authorization code
rehearsal-kind-id_token = ID token
rehearsal-kind-logout_token = logout token
rehearsal-kind-api_token = API token
rehearsal-kind-jwt = JWT
rehearsal-kind-unknown = unknown value
rehearsal-counts = It counts now ({ $kind }).
rehearsal-counts-not = It does not count ({ $kind }).
rehearsal-header = Header
rehearsal-token-claims = Claims

rehearsal-gets-in = The person gets in.
rehearsal-stays-out = The person stays out.
rehearsal-granted = Granted scopes:
rehearsal-dropped-scopes = Asked for, but not offered to this application:
rehearsal-claims = Claims
rehearsal-claim = Claim
rehearsal-value = Value
rehearsal-places = Where
rehearsal-why = Where it comes from
rehearsal-in-id-token = ID token
rehearsal-in-userinfo = userinfo
rehearsal-from-mapping = { $mapping } (scope { $scope })
rehearsal-from-protocol = OpenID Connect

rehearsal-outcome-sign_in = The person signs in to their account.
rehearsal-outcome-sign_up = A new account is made.
rehearsal-outcome-finish = The person is asked for what is missing.
rehearsal-outcome-link = The identity is linked to the account that is there.
rehearsal-outcome-refuse = The sign-in is refused.
rehearsal-person = The person

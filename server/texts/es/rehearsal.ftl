# Ensayos: lo que ocurriría, sin que se escriba nada.

dashboard-inspect = Examinar un token

rehearsal-inspect = Examinar un token
rehearsal-inspect-text = Pegue un token, un código u otro valor emitido por Vestibule. Se explica, no se usa y no se vuelve a mostrar.
rehearsal-inspect-do = Explicar
rehearsal-preview = Vista previa de claims
rehearsal-preview-text = Lo que esta aplicación sabría de una persona, y por qué. No se emite nada.
rehearsal-preview-do = Ver
rehearsal-replay = Ensayar un inicio de sesión
rehearsal-replay-text = Lo que Vestibule haría con una respuesta de este proveedor: la persona, lo que se descarta y de quién es la cuenta. No se escribe nada.
rehearsal-replay-do = Ensayar

rehearsal-field-token = Token
rehearsal-field-user = Persona
rehearsal-help-user = Un nombre de usuario o un identificador.
rehearsal-field-scopes = Scopes
rehearsal-help-scopes = Separados por espacios. Ninguno: los que recibe la aplicación cuando no pide ninguno.
rehearsal-field-userinfo = Respuesta de la dirección del perfil
rehearsal-help-userinfo = Un objeto JSON, tal como lo envía el proveedor.
rehearsal-field-id_token_claims = Claims del token de identidad
rehearsal-field-profile = Lo que devolvió el script de perfil
rehearsal-help-profile = Sustituye a ambos cuando se escribe algo.
rehearsal-field-name = Nombre del ejemplo
rehearsal-help-name = Solo para guardar. Un cambio de las asignaciones que haría otra cosa de una respuesta guardada se rechaza hasta que usted lo acepte.
rehearsal-save-sample = Guardar como ejemplo
rehearsal-samples = Ejemplos guardados

rehearsal-outcome = Lo que ocurriría
rehearsal-no-object = Esto no es un objeto JSON. { $why }

rehearsal-kind-access_token = token de acceso
rehearsal-kind-refresh_token = token de actualización
rehearsal-kind-authorization_code = código de autorización
rehearsal-kind-id_token = token de identidad
rehearsal-kind-logout_token = token de cierre de sesión
rehearsal-kind-api_token = token de API
rehearsal-kind-jwt = JWT
rehearsal-kind-unknown = valor desconocido
rehearsal-counts = Vale ahora ({ $kind }).
rehearsal-counts-not = No vale ({ $kind }).
rehearsal-header = Cabecera
rehearsal-token-claims = Claims

rehearsal-gets-in = La persona entra.
rehearsal-stays-out = La persona no entra.
rehearsal-granted = Scopes concedidos:
rehearsal-dropped-scopes = Pedidos, pero no ofrecidos a esta aplicación:
rehearsal-claims = Claims
rehearsal-claim = Claim
rehearsal-value = Valor
rehearsal-places = Dónde
rehearsal-why = De dónde viene
rehearsal-in-id-token = token de identidad
rehearsal-in-userinfo = userinfo
rehearsal-from-mapping = { $mapping } (scope { $scope })
rehearsal-from-protocol = OpenID Connect

rehearsal-outcome-sign_in = La persona inicia sesión en su cuenta.
rehearsal-outcome-sign_up = Se crea una cuenta nueva.
rehearsal-outcome-finish = Se pide a la persona lo que falta.
rehearsal-outcome-link = La identidad se vincula a la cuenta existente.
rehearsal-outcome-refuse = Se rechaza el inicio de sesión.
rehearsal-person = La persona

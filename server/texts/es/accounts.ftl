## Cuentas que recuerda un navegador

account-signed-in = Sesión iniciada
account-forget = Quitar de este navegador
account-forget-named = Quitar a { $name } de este navegador
accounts-remembered = Cuentas usadas en este navegador
accounts-explained = Este navegador recuerda estas cuentas. Las contraseñas no se guardan.

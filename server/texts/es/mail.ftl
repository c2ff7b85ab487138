## Las páginas en torno al correo: recuperación, creación de cuenta, direcciones

recover-link = ¿Olvidó su contraseña?
recover-title = Recuperar el acceso
recover-lead = Le enviamos un enlace para elegir una contraseña nueva.
recover-name = Nombre de usuario o dirección de correo
recover-hint = El enlace va a una dirección suya confirmada.
recover-submit = Enviar enlace
recover-back = Volver al inicio de sesión
mail-sent-title = Mire su correo
recover-sent = Si esta cuenta existe y tiene una dirección confirmada, un enlace está en camino. Sirve durante 30 minutos.
mail-sent-hint = ¿No ha llegado nada? Mire en el correo no deseado y espere unos minutos antes de intentarlo de nuevo.
mail-too-many = { $minutes ->
    [one] Se pidieron demasiados mensajes. Inténtelo de nuevo dentro de { $minutes } minuto.
   *[other] Se pidieron demasiados mensajes. Inténtelo de nuevo dentro de { $minutes } minutos.
}
recover-new-title = Elegir una contraseña nueva
recover-new-lead = para la cuenta { $username }
recover-new-submit = Guardar contraseña
recover-done-title = Su contraseña está guardada
recover-done = Su sesión está cerrada en todas partes. Inicie sesión con la contraseña nueva.

sign-up-link = Crear una cuenta
sign-up-title = Crear una cuenta
sign-up-lead = Le enviamos un enlace para continuar.
sign-up-hint = Le escribimos a esta dirección.
sign-up-sent = Un mensaje a { $address } está en camino.
join-title = Su cuenta
join-lead = para { $address }
join-lead-open = Tiene una invitación. Elija cómo iniciará sesión.
join-submit = Crear cuenta

account-emails = Direcciones de correo
account-done-address-asked = Un enlace está en camino a esta dirección. Sirve durante una hora.
account-done-address-primary = A partir de ahora le escribimos a esta dirección.
account-done-address-removed = La dirección está quitada.
address-lead = Dónde le llegan los mensajes y con qué puede iniciar sesión.
address-none = Su cuenta no tiene ninguna dirección.
address-primary = Dirección principal
address-primary-unverified = Dirección principal, sin confirmar
address-verified = Confirmada
address-unverified = Sin confirmar
address-asked = Se envió un enlace allí
address-linked = de { $source }
address-send = Enviar enlace
address-make-primary = Hacer principal
address-remove = Quitar
address-new = Añadir una dirección
address-hint = Enviamos un enlace allí. La dirección se añade cuando usted lo abre.
address-submit = Enviar enlace
address-too-many = Su cuenta tiene tantas direcciones como puede tener. Quite antes una.
address-no-mail = Aquí no se puede enviar correo, así que no se puede añadir ninguna dirección.
field-own = Esta dirección ya pertenece a su cuenta.
confirm-address-title = Confirmar esta dirección
confirm-address-lead = Se añade a la cuenta { $username }.
confirm-address-submit = Confirmar
confirm-address-doubt = ¿No es su cuenta? Cierre esta página: sin su confirmación no ocurre nada.
confirm-address-done-title = La dirección está confirmada
confirm-address-done = { $address } pertenece ahora a su cuenta.

activity-recovery = Se pidió un enlace para una contraseña nueva
activity-email-verified = Se confirmó una dirección
activity-email-primary = Se cambió la dirección principal
activity-email-removed = Se quitó una dirección
activity-mail-failed = No se pudo entregar un mensaje para usted

## Mensajes

mail-recovery-subject = Elegir una contraseña nueva
mail-recovery = Se pidió una contraseña nueva para la cuenta { $username }.
mail-asked-from = Se pidió desde la dirección { $address }.
mail-recovery-link = Elegir una contraseña nueva
mail-recovery-once = El enlace sirve una sola vez y durante 30 minutos.
mail-recovery-ignore = Si no fue usted, no haga nada: su contraseña sigue igual.
mail-verification-subject = Confirme su dirección
mail-verification = La dirección { $address } se va a añadir a la cuenta { $username }.
mail-verification-link = Confirmar dirección
mail-verification-once = El enlace sirve una sola vez y durante una hora.
mail-verification-ignore = Si no es su cuenta, no haga nada: la dirección no se añade.
mail-address-in-use-subject = Su dirección se escribió para otra cuenta
mail-address-in-use = Alguien quiso añadir { $address } a su propia cuenta. Pertenece a la cuenta { $username }, que es suya.
mail-nothing-happened = Nada ha cambiado y no tiene que hacer nada.
mail-account-exists-subject = Ya tiene una cuenta
mail-account-exists = Alguien, quizá usted, quiso crear una cuenta con esta dirección. Ya pertenece a la cuenta { $username }.
mail-account-exists-link = Iniciar sesión
mail-account-exists-recover = Si olvidó su contraseña, allí puede elegir una nueva.
mail-sign-up-subject = Cree su cuenta
mail-sign-up = Se pidió una cuenta con esta dirección.
mail-sign-up-link = Crear cuenta
mail-sign-up-once = El enlace sirve una sola vez y durante dos horas.
mail-sign-up-ignore = Si no fue usted, no haga nada: no se crea ninguna cuenta.
mail-invitation-subject = Tiene una invitación
mail-invitation = Se le invita a crear una cuenta.
mail-invitation-link = Crear cuenta
mail-invitation-once = El enlace sirve una sola vez.
mail-new-browser-subject = Nuevo inicio de sesión en su cuenta
mail-new-browser = Alguien inició sesión en la cuenta { $username } en un navegador en el que no se había usado antes.
mail-new-browser-you = Si fue usted, no haga nada. Un navegador cuyas cookies se borraron cuenta como nuevo.
mail-new-browser-link = Dónde tiene la sesión iniciada
mail-new-browser-not-you = Si no fue usted, cierre allí esa sesión, elija una contraseña nueva y dígaselo a quien gestiona este servicio.
mail-password-changed-subject = Se cambió su contraseña
mail-password-changed = Se cambió la contraseña de la cuenta { $username }.
mail-password-set = Un administrador estableció una contraseña nueva para la cuenta { $username }.
mail-password-set-doubt = Su sesión está cerrada en todas partes. Si no lo esperaba, pregunte a quien gestiona este servicio.
mail-addresses-changed-subject = Se cambiaron sus direcciones
mail-address-added = Se añadió la dirección { $address } a la cuenta { $username }.
mail-address-primary = Los mensajes de la cuenta { $username } van ahora a { $address }.
mail-address-removed = Se quitó la dirección { $address } de la cuenta { $username }.
mail-factors-changed-subject = Se cambió cómo inicia sesión
mail-passkey-added = Se añadió una llave de acceso a la cuenta { $username }.
mail-passkey-removed = Se quitó una llave de acceso de la cuenta { $username }.
mail-totp-added = Se añadió a la cuenta { $username } una aplicación que muestra códigos.
mail-totp-removed = Se quitó de la cuenta { $username } una aplicación que muestra códigos.
mail-recovery-codes-made = Se crearon códigos de recuperación nuevos para la cuenta { $username }.
mail-recovery-codes-removed = Se quitaron los códigos de recuperación de la cuenta { $username }.
mail-recovery-code-used = Se usó un código de recuperación para iniciar sesión en la cuenta { $username }.
mail-circumstances = Cuándo: { $at }. Desde: { $address }, { $device }.
mail-not-you = Si no fue usted, elija una contraseña nueva y dígaselo a quien gestiona este servicio.

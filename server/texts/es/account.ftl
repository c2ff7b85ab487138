## Las páginas de la propia cuenta

account-profile = Perfil
account-password = Contraseña
account-app-passwords = Contraseñas de aplicación
account-consents = Permisos de aplicaciones
account-sessions = Sesiones y dispositivos
account-activity = Actividad reciente
account-save = Guardar
account-confirm = Para cambiar algo aquí hace falta haber iniciado sesión en los últimos diez minutos.
account-confirm-link = Confirmar que es usted
account-done-profile = Su perfil está guardado.
account-done-password = Su contraseña está cambiada.
account-done-password-and-sessions = Su contraseña está cambiada y su sesión está cerrada en todos los demás sitios.
account-done-app-password = La contraseña de aplicación está eliminada. Lo que la usaba ya no tiene acceso.
account-done-consent = El permiso está retirado. La aplicación volverá a preguntar.
account-done-session = Esa sesión está cerrada.
account-done-sessions = Su sesión está cerrada en todas partes menos aquí.

## Perfil

profile-lead = Las aplicaciones a las que muestra su perfil conocen lo que figura aquí.
profile-none = De su perfil se ocupa quien gestiona este servicio.
profile-given-name = Nombre
profile-family-name = Apellidos
profile-middle-name = Segundo nombre
profile-nickname = Apodo
profile-profile = Página de perfil
profile-picture = Imagen
profile-website = Sitio web
profile-gender = Género
profile-birthdate = Fecha de nacimiento
profile-zoneinfo = Zona horaria
profile-locale = Idioma
profile-phone-number = Número de teléfono
profile-birthdate-hint = Año, mes y día, como 1990-05-31.
profile-zoneinfo-hint = Por ejemplo, Europe/Madrid.
profile-locale-hint = Le escribimos en este idioma.
profile-locale-browser = Como en mi navegador
profile-phone-number-hint = Con el prefijo del país, como +14155550100.
profile-address-hint = Una dirección completa que empieza por https.

## Contraseña

password-current = Contraseña actual
password-current-wrong = Esta no es su contraseña actual. Inténtelo de nuevo.
password-new = Contraseña nueva
password-none = Todavía no tiene contraseña e inicia sesión de otra manera. Con una contraseña también podrá hacerlo aquí.
password-end-others = Cerrar la sesión en todos los demás sitios y poner fin a lo que las aplicaciones y los tokens de API pueden hacer por mí
password-submit = Cambiar contraseña

strength-weak = Esta contraseña es fácil de adivinar.
strength-keys = Las teclas vecinas son fáciles de adivinar.
strength-repeats = Las repeticiones como aaa o abcabc son fáciles de adivinar.
strength-common = Es una de las contraseñas más comunes.
strength-like-common = Se parece mucho a una contraseña común.
strength-sequence = Las secuencias como abc o 6543 son fáciles de adivinar.
strength-date = Los años y las fechas son fáciles de adivinar.
strength-word = Una sola palabra es fácil de adivinar.
strength-name = Los nombres son fáciles de adivinar.
strength-few-words = Use unas cuantas palabras que no suelan ir juntas.
strength-no-need = No hacen falta símbolos, cifras ni mayúsculas.
strength-another-word = Añada una o dos palabras más, mejor poco comunes.
strength-no-tricks = Las mayúsculas, las palabras al revés y los signos en lugar de letras ayudan poco.
strength-no-repeats = Evite repeticiones y secuencias.
strength-no-dates = Evite años y fechas que tengan que ver con usted.

## Contraseñas de aplicación

app-password-lead = Para programas que no pueden abrir una página de inicio de sesión. Cada uno tiene la suya, para que pueda retirarla por separado.
app-password-made = La contraseña de aplicación para { $name }
app-password-once = Cópiela ahora: no se volverá a mostrar.
app-password-created = Creada
app-password-used = último uso
app-password-unused = nunca usada
app-password-ends = caduca
app-password-endless = no caduca
app-password-delete = Eliminar
app-password-new = Nueva contraseña de aplicación
app-password-name = Nombre
app-password-name-hint = Para qué programa es.
app-password-lifetime = Válida
app-password-month = 30 días
app-password-quarter = 90 días
app-password-year = Un año
app-password-for-ever = Hasta que la elimine
app-password-submit = Crear contraseña

## Permisos de aplicaciones

account-consents-lead = Lo que ha aceptado. Una aplicación a la que se lo retire volverá a preguntarle.
account-consents-none = No ha aceptado nada que se recuerde.
account-consents-may = Puede
account-consents-granted = Aceptado
account-consents-withdraw = Retirar
account-consents-hint = Una aplicación conserva lo que ya ha sabido.

## Sesiones y dispositivos

session-lead = Dónde tiene la sesión abierta. Cierre lo que no conozca y cambie después su contraseña.
session-device = { $browser } en { $system }
session-unknown = Dispositivo desconocido
session-here = Este navegador
session-seen = visto
session-began = sesión iniciada
session-source = a través de { $source }
session-end-others = Cerrar todas las demás
session-hint = Las aplicaciones conservan lo que les permitió conservar.

## Actividad reciente

activity-lead = Lo que ha ocurrido con su cuenta. Si algo no fue usted, dígaselo a quien gestiona este servicio.
activity-none = Todavía no ha ocurrido nada.
activity-older = Anterior
activity-by-others = No por usted
activity-login = Inició sesión
activity-login-failed = Alguien no logró iniciar sesión como usted
activity-logout = Sesión cerrada
activity-linked = Se vinculó su cuenta en { $name }
activity-unlinked = Se desvinculó su cuenta en { $name }
activity-authorized = Inició sesión en { $name }
activity-consent-withdrawn = Se retiró el permiso de { $name }
activity-password = Se cambió su contraseña
activity-created = Se creó su cuenta
activity-updated = Se cambió su cuenta
activity-app-password = Se creó una contraseña de aplicación
activity-app-password-deleted = Se eliminó una contraseña de aplicación
activity-suspicious = Un token o código de { $name } se usó dos veces y ahora está bloqueado

## Momentos

moment-now = ahora mismo
moment-minutes = { $minutes ->
    [one] hace { $minutes } minuto
   *[other] hace { $minutes } minutos
}
moment-hours = { $hours ->
    [one] hace { $hours } hora
   *[other] hace { $hours } horas
}
moment-days = { $days ->
    [one] hace { $days } día
   *[other] hace { $days } días
}

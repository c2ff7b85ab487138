### Español.

demonstration-label = Demostración
demonstration = Esto es una demostración. Las cuentas y las contraseñas son públicas, y lo que usted escriba no está protegido.

## Palabras que comparten varias páginas

username = Nombre de usuario
password = Contraseña
password-show = Mostrar
password-hide = Ocultar
name = Nombre completo
email = Correo electrónico
another-account = Usar otra cuenta
copy = Copiar
copied = Copiado
or = o

## Iniciar sesión

sign-in = Iniciar sesión
sign-in-title = Iniciar sesión
sign-in-to = para continuar en { $application }
sign-in-here = para ver sus aplicaciones
sign-in-again = Inicie sesión una vez más, para confirmar que es usted.
sign-in-with = Continuar con { $source }
sign-in-wrong = Ese nombre de usuario y esa contraseña no van juntos. Compruebe ambos e inténtelo de nuevo.
sign-in-too-many = { $minutes ->
    [one] Hubo demasiados intentos fallidos. Inténtelo de nuevo dentro de { $minutes } minuto.
   *[other] Hubo demasiados intentos fallidos. Inténtelo de nuevo dentro de { $minutes } minutos.
}
sign-in-expired = Esta página estuvo abierta demasiado tiempo. Escriba su contraseña otra vez.
sources-title = Otras formas de iniciar sesión

## De vuelta a una aplicación, en un formulario

form-post-title = De vuelta a { $application }
form-post-text = Está usted en camino. Si no ocurre nada, pulse el botón.
form-post-continue = Continuar

## Primer uso de una dirección de retorno

first-use-title = ¿Es esta la dirección de { $application }?
first-use-explains = { $application } aún no tiene una dirección aquí y presenta una por primera vez. Si usted acepta, a partir de ahora se enviará allí, y a ningún otro lugar, a quienes inicien sesión en { $application }.
first-use-address = Dirección
first-use-destination = Lleva a
first-use-plain-http = Esta dirección no está cifrada: otros pueden leer por el camino lo que se envía allí.
first-use-allow = Usar esta dirección
first-use-deny = No usarla
first-use-doubt = En caso de duda, no la use. Quien posea esta dirección puede actuar en nombre de todas las personas que inicien sesión.

## Consentimiento

consent-title = { $application } quiere usar su cuenta
consent-receives = La aplicación podrá
consent-returns-to = Después irá usted a { $host }.
allow = Permitir
deny = No permitir
privacy-policy = Política de privacidad
terms-of-service = Condiciones del servicio
scope-openid = saber que es usted
scope-email = ver su correo electrónico
scope-profile = ver su nombre, su perfil y sus grupos
scope-address = ver su dirección postal
scope-phone = ver su número de teléfono
scope-groups = ver los grupos a los que usted pertenece
scope-entitlements = ver lo que usted puede hacer en ella
scope-offline_access = conservar este acceso mientras usted no está
scope-user = ver su perfil
scope-read-user = ver su perfil
scope-user-email = ver su correo electrónico, su nombre de usuario y su nombre
scope-read-org = ver los grupos a los que usted pertenece, como equipos
scope-goauthentik-io-api = actuar por usted en la interfaz de programación de Vestibule
claim-essential = necesario
claim-name = ver su nombre completo
claim-given-name = ver su nombre de pila
claim-family-name = ver su apellido
claim-middle-name = ver su segundo nombre
claim-nickname = ver su apodo
claim-preferred-username = ver su nombre de usuario
claim-profile = ver la dirección de su página de perfil
claim-picture = ver su foto
claim-website = ver su sitio web
claim-email = ver su correo electrónico
claim-email-verified = ver si su correo electrónico está confirmado
claim-gender = ver su género
claim-birthdate = ver su fecha de nacimiento
claim-zoneinfo = ver su zona horaria
claim-locale = ver su idioma
claim-phone-number = ver su número de teléfono
claim-phone-number-verified = ver si su número de teléfono está confirmado
claim-address = ver su dirección postal
claim-auth-time = ver cuándo inició usted sesión
claim-acr = ver con qué seguridad inició usted sesión
claim-groups = ver los grupos a los que usted pertenece

## Elegir una cuenta

choose-account-title = Elegir una cuenta
choose-account-to = para continuar en { $application }

## Una regla lo ha rechazado

denied-title = Usted no tiene acceso a { $application }
denied-rules = Las reglas que lo han rechazado
denied-policy = { $rule }
denied-group = Solo pueden usarla los miembros del grupo { $rule }.
denied-user = Solo está abierta para { $rule }.
denied-next = Si usted debería tener acceso, pregunte a quienes administran este servicio e indique el número de caso.

## Dispositivos

device-title = Conectar un dispositivo
device-lead = Escriba el código que muestra el dispositivo.
device-code = Código
device-code-hint = Ocho letras. Mayúsculas o minúsculas, con o sin guion.
device-continue = Continuar
device-unknown = Ningún dispositivo muestra este código. Compárelo con el del dispositivo e inténtelo de nuevo.
device-expired = Este código ha caducado. Empiece de nuevo en el dispositivo y escriba el código nuevo.
device-answered = Este código ya tiene respuesta. Empiece de nuevo en el dispositivo para obtener otro.
device-too-many = { $minutes ->
    [one] Hubo demasiados códigos incorrectos. Inténtelo de nuevo dentro de { $minutes } minuto.
   *[other] Hubo demasiados códigos incorrectos. Inténtelo de nuevo dentro de { $minutes } minutos.
}
device-form-expired = Esta página estuvo abierta demasiado tiempo. Escriba el código otra vez.
device-question-title = { $application } quiere usar su cuenta en un dispositivo
device-compare = ¿Muestra este código el dispositivo que tiene delante?
device-warning = Permítalo solo si acaba de empezarlo usted. Si alguien le envió el código o un enlace, no lo permita: esa persona entraría en su cuenta.
device-asked-from = Pedido desde la dirección { $address },
device-asked-ago = { $minutes ->
    [0] ahora mismo
    [one] hace { $minutes } minuto
   *[other] hace { $minutes } minutos
}
device-allowed-title = El dispositivo está conectado
device-allowed-text = { $application } continúa allí por sí sola. Ya puede cerrar esta ventana.
device-denied-title = El dispositivo no está conectado
device-denied-text = { $application } no recibe nada allí. Ya puede cerrar esta ventana.

## Errores

error-title = Así no se puede continuar
error-title-forbidden = Aquí no puede entrar
error-title-not-found = Aquí no hay nada
error-title-too-many = Espere un poco
error-title-ours = Algo ha salido mal por nuestra parte
error-given = Lo que llegó
error-expected = Lo que sería correcto
error-next-title = Lo que puede hacer
error-next = Vuelva a la aplicación e inténtelo de nuevo. Si no sirve, avise a quienes la administran e indique el número de caso.
error-next-ours = Inténtelo de nuevo en un momento. Si sigue igual, avise a quienes administran este servicio e indique el número de caso.
error-case = Caso
error-code = Código

## Cerrar sesión

sign-out = Cerrar sesión
sign-out-title = ¿Cerrar sesión?
sign-out-everywhere = Cerrar sesión en todas partes
sign-out-everywhere-title = ¿Cerrar sesión en todas partes?
sign-out-everywhere-question = Se cerrará su sesión en todos los dispositivos. También termina lo que las aplicaciones y los tokens de API podían hacer por usted.
sign-out-question = Tendrá que iniciar sesión de nuevo para abrir sus aplicaciones.
sign-out-asked = { $application } pide cerrar su sesión.
stay-signed-in = Mantener la sesión
signed-out-title = Ha cerrado la sesión
signed-out-onward = En un momento volverá usted a donde estaba.
signed-out-text = Ya puede cerrar esta ventana.
signed-out-source = Su sesión en { $source } sigue abierta, y desde allí puede volver a entrar sin más preguntas.
sign-out-source = Cerrar sesión también en { $source }
back-to = Volver a { $application }
sign-in-anew = Iniciar sesión de nuevo

## Página de inicio

home-title = Sus aplicaciones
home-hello = Hola, { $name }
home-signed-in-as = Ha iniciado sesión como { $username }.
home-applications = Sus aplicaciones
home-empty = Aún no hay nada que pueda abrir. Un administrador puede darle acceso a aplicaciones.
home-cut = Solo se muestran las primeras { $count }. Busque las demás por su nombre.
home-others = Otras aplicaciones
home-search = Buscar una aplicación
home-search-submit = Buscar
home-search-all = Mostrar todas
home-none-found = Ninguna de sus aplicaciones coincide con «{ $words }».
administration = Administración

## Primer administrador

setup-title = Crear el primer administrador
setup-lead = Este enlace sirve una vez. La cuenta que cree ahora podrá administrarlo todo aquí.
setup-username-hint = Con esto inicia usted sesión.
setup-name-hint = Así le saludan las páginas.
setup-email-hint = Aquí le llegan los mensajes.
setup-password-hint = Mejor larga que complicada. Una frase sirve.
setup-submit = Crear administrador
setup-address = Vestibule toma { $address } como su propia dirección. Si su navegador muestra otra, configure public_url y reinícielo.
field-missing = Rellene este campo.
field-too-short = { $least ->
    [one] Use al menos { $least } carácter.
   *[other] Use al menos { $least } caracteres.
}
field-too-long = { $most ->
    [one] Use como máximo { $most } carácter.
   *[other] Use como máximo { $most } caracteres.
}
field-malformed = Esto no tiene la forma correcta.
field-taken = Ya lo tiene otra persona. Elija otro, por favor.

enroll-title = Ya casi está
enroll-lead = { $source } no ha indicado todo lo que necesita una cuenta.
enroll-username-hint = Un nombre propio para este lugar.
enroll-submit = Continuar
source-problem = El inicio de sesión con { $source } no ha funcionado.
source-problem-back = Iniciar sesión de otra forma

account-title = Su cuenta
account-linked = Cuentas en otros lugares
account-linked-none = No hay ninguna otra cuenta vinculada a esta.
account-unlink = Desvincular
account-link-another = Vincular otra cuenta
account-link-with = Vincular { $source }
account-last-way-in = Es su único acceso. Establezca primero una contraseña o vincule otra cuenta.

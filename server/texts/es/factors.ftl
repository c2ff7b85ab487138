
## Segundos factores y claves de acceso

passkey-sign-in = Entrar con una clave de acceso
passkey-not-done = Eso no funcionó, o se canceló. Puede intentarlo de nuevo.
passkey-not-made = No se creó ninguna clave de acceso. Puede intentarlo de nuevo.
passkey-needs-script = Las claves de acceso necesitan JavaScript en este navegador.
passkey-elsewhere = Esta página estaba abierta en otra dirección. Las claves de acceso solo funcionan en { $address }; ábrala allí.
passkey-late = Eso tardó demasiado, o se envió dos veces. Inténtelo de nuevo.
passkey-not-verified = Su dispositivo no comprobó que es usted. Desbloquee la clave de acceso con un PIN, la huella o el rostro.
passkey-copied = Esta clave de acceso dio una respuesta más antigua que la última, así que puede haber una copia de ella. No se aceptó. Entre de otra manera y quítela.
passkey-unknown = Esta clave de acceso no abre ninguna cuenta aquí. Elija otra, o entre de otra manera.
passkey-taken = Esta clave de acceso ya está en uso.
passkey-failed = La clave de acceso no se aceptó. Inténtelo de nuevo.

factor-title = Un paso más
factor-lead = Confirme que es usted, { $username }.
factor-passkey = Usar una clave de acceso
factor-code = Código
factor-hint = De su aplicación de autenticación, o uno de sus códigos de recuperación.
factor-continue = Continuar
factor-wrong = Este código no es correcto, o ya se usó. Espere al siguiente e inténtelo de nuevo.
factor-too-many = { $minutes ->
    [one] Hubo demasiados intentos fallidos. Inténtelo de nuevo en { $minutes } minuto.
   *[other] Hubo demasiados intentos fallidos. Inténtelo de nuevo en { $minutes } minutos.
}
factor-expired = Este formulario estuvo abierto demasiado tiempo. Escriba un código de nuevo.
factor-needed-title = Hace falta un segundo factor
factor-needed-lead = Ha entrado como { $username }. Para seguir, una contraseña sola no basta. Añadir un segundo factor lleva cerca de un minuto.
factor-needed-passkey = Ha entrado como { $username }. Para seguir, necesita una clave de acceso. Crearla lleva cerca de un minuto.
factor-needed-set-up = Añadirlo ahora
factor-needed-back = Ahora no

factors-title = Claves de acceso y segundos factores
factors-lead = Lo que protege la cuenta { $username } además de su contraseña.
factors-wanted = A donde va hace falta uno de estos. Añada uno, y después podrá seguir.
factors-done = Eso es todo lo que hacía falta.
factors-onward = Seguir
factors-passkeys = Claves de acceso
factors-passkeys-about = Una clave en su teléfono, ordenador o gestor de contraseñas, que se desbloquea como el dispositivo. Le deja entrar sin contraseña, y nadie puede engañarle para que la entregue.
factors-passkey = Clave de acceso
factors-passkey-name = Nombre de la nueva clave de acceso
factors-passkey-add = Añadir una clave de acceso
factors-no-passkeys-here = En esta dirección no puede haber claves de acceso, porque es un número y no un nombre.
factors-authenticators = Aplicaciones de autenticación
factors-authenticators-about = Una aplicación que muestra un código nuevo cada medio minuto. Se le pide un código después de la contraseña.
factors-authenticator = Aplicación de autenticación
factors-authenticator-add = Añadir una aplicación de autenticación
factors-name = Nombre
factors-rename = Cambiar el nombre
factors-save = Guardar
factors-remove = Quitar
factors-remove-named = Quitar { $name }
factors-recovery = Códigos de recuperación
factors-recovery-about = Para el día en que no tenga sus dispositivos a mano. Cada código sirve una vez.
factors-codes-left = { $count ->
    [0] Todos los códigos se han usado. Cree otros nuevos.
    [one] Queda { $count } código.
   *[other] Quedan { $count } códigos.
}
factors-recovery-new = Crear códigos de recuperación nuevos
factors-last-way-in = Esta clave de acceso es su única manera de entrar. Ponga antes una contraseña o añada otra clave de acceso.
factors-too-many = Una cuenta no puede tener más. Quite uno antes.
factors-expired = Eso tardó demasiado. Empiece de nuevo.

authenticator-title = Añadir una aplicación de autenticación
authenticator-lead = Deje que la aplicación lea esta imagen, para añadir { $username }.
authenticator-picture = Código QR con el secreto para la aplicación
authenticator-type = O escriba en ella esta clave:
authenticator-open = Abrir en una aplicación de este dispositivo
authenticator-code = Código
authenticator-code-hint = Las seis cifras que la aplicación muestra ahora.
authenticator-name = Nombre, para distinguirla de otras
authenticator-confirm = Añadir
authenticator-wrong = Este no es el código que la aplicación debería mostrar. Compare la clave, y el reloj del dispositivo.

recovery-title = Sus códigos de recuperación
recovery-lead = Cada uno de ellos deja entrar a { $username } una vez, en lugar de un segundo factor.
recovery-once = Se muestran solo ahora. Imprímalos o guárdelos en un lugar seguro, no en el dispositivo con el que entra.
recovery-kept = Los he guardado

activity-factor-added = Se añadió un segundo factor, una clave de acceso o códigos de recuperación
activity-factor-removed = Se quitó un segundo factor o una clave de acceso

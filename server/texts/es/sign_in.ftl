## Iniciar sesión paso a paso

sign-in-continue = Continuar
sign-in-name = Nombre de usuario o correo electrónico

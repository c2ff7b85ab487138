## Signing in step by step

sign-in-continue = Continue
sign-in-name = User name or email address

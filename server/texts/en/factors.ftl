
## Second factors and passkeys

passkey-sign-in = Sign in with a passkey
passkey-not-done = That did not work, or it was cancelled. You can try again.
passkey-not-made = No passkey was made. You can try again.
passkey-needs-script = Passkeys need JavaScript in this browser.
passkey-elsewhere = This page was open at another address. Passkeys work at { $address } only; open it there.
passkey-late = That took too long, or was sent twice. Please try again.
passkey-not-verified = Your device did not check that it is you. Unlock the passkey with a PIN, a fingerprint or your face.
passkey-copied = This passkey gave an answer that is older than its last one, so there may be a copy of it. It was not accepted. Sign in another way, and remove it.
passkey-unknown = This passkey does not open an account here. Choose another, or sign in another way.
passkey-taken = This passkey is in use already.
passkey-failed = The passkey was not accepted. Please try again.

factor-title = One more step
factor-lead = Please confirm that it is you, { $username }.
factor-passkey = Use a passkey
factor-code = Code
factor-hint = From your authenticator app, or one of your recovery codes.
factor-continue = Continue
factor-wrong = This code is not right, or was used before. Wait for the next one and try again.
factor-too-many = { $minutes ->
    [one] There were too many failed attempts. Please try again in { $minutes } minute.
   *[other] There were too many failed attempts. Please try again in { $minutes } minutes.
}
factor-expired = This form was open for too long. Please enter a code again.
factor-needed-title = A second factor is needed
factor-needed-lead = You are signed in as { $username }. To go on, a password alone is not enough. Setting up a second factor takes about a minute.
factor-needed-passkey = You are signed in as { $username }. To go on, you need a passkey. Setting one up takes about a minute.
factor-needed-set-up = Set it up now
factor-needed-back = Not now

factors-title = Passkeys and second factors
factors-lead = What protects the account { $username } beside its password.
factors-wanted = What you are on your way to needs one of these. Add one, then you can go on.
factors-done = That is all that was needed.
factors-onward = Go on
factors-passkeys = Passkeys
factors-passkeys-about = A key in your phone, computer or password manager, unlocked as you unlock the device. It signs you in without a password, and nobody can be tricked into giving it away.
factors-passkey = Passkey
factors-passkey-name = Name of the new passkey
factors-passkey-add = Add a passkey
factors-no-passkeys-here = There can be no passkeys at this address, because it is a number and not a name.
factors-authenticators = Authenticator apps
factors-authenticators-about = An app that shows a new code each half minute. You are asked for a code after your password.
factors-authenticator = Authenticator app
factors-authenticator-add = Add an authenticator app
factors-name = Name
factors-rename = Rename
factors-save = Save
factors-remove = Remove
factors-remove-named = Remove { $name }
factors-recovery = Recovery codes
factors-recovery-about = For the day when your devices are not at hand. Each code works once.
factors-codes-left = { $count ->
    [0] All codes are used. Make new ones.
    [one] { $count } code is left.
   *[other] { $count } codes are left.
}
factors-recovery-new = Make new recovery codes
factors-last-way-in = This passkey is your only way in. Set a password or add another passkey first.
factors-too-many = You have as many as an account can have. Remove one first.
factors-expired = That took too long. Please begin again.

authenticator-title = Add an authenticator app
authenticator-lead = Let the app read this picture, to add { $username }.
authenticator-picture = QR code with the secret for the app
authenticator-type = Or type this key into it:
authenticator-open = Open in an app on this device
authenticator-code = Code
authenticator-code-hint = The six digits that the app shows now.
authenticator-name = Name, to tell it from others
authenticator-confirm = Add
authenticator-wrong = This is not the code that the app should show. Compare the key, and the clock of the device.

recovery-title = Your recovery codes
recovery-lead = Each of them signs { $username } in once, in the place of a second factor.
recovery-once = They are shown only now. Print them or keep them in a safe place, not on the device that you sign in with.
recovery-kept = I have kept them

activity-factor-added = A second factor, a passkey or recovery codes were added
activity-factor-removed = A second factor or passkey was removed

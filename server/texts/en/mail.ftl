## Pages around mail: recovery, sign-up, addresses

recover-link = Forgot your password?
recover-title = Get back in
recover-lead = We send you a link with which you set a new password.
recover-name = User name or email address
recover-hint = The link goes to an address of yours that is confirmed.
recover-submit = Send link
recover-back = Back to sign-in
mail-sent-title = Look into your mail
recover-sent = If this account exists and has a confirmed address, a link is on its way. It works for 30 minutes.
mail-sent-hint = Nothing there? Look among unwanted mail, and wait a few minutes before you try again.
mail-too-many = { $minutes ->
    [one] Too many mails were asked for. Please try again in { $minutes } minute.
   *[other] Too many mails were asked for. Please try again in { $minutes } minutes.
}
recover-new-title = Set a new password
recover-new-lead = for the account { $username }
recover-new-submit = Set password
recover-done-title = Your password is set
recover-done = You are signed out everywhere. Sign in with the new password.

sign-up-link = Create an account
sign-up-title = Create an account
sign-up-lead = We send you a link with which you go on.
sign-up-hint = Messages to you go there.
sign-up-sent = A mail to { $address } is on its way.
join-title = Your account
join-lead = for { $address }
join-lead-open = You are invited. Choose how you sign in.
join-submit = Create account

account-emails = Email addresses
account-done-address-asked = A link is on its way to this address. It works for an hour.
account-done-address-primary = Messages go to this address from now on.
account-done-address-removed = The address is removed.
address-lead = Where messages reach you, and what you can sign in with.
address-none = Your account has no address.
address-primary = Main address
address-primary-unverified = Main address, not confirmed
address-verified = Confirmed
address-unverified = Not confirmed
address-asked = A link was sent there
address-linked = from { $source }
address-send = Send link
address-make-primary = Make main address
address-remove = Remove
address-new = Add an address
address-hint = We send a link there. The address is added when you open it.
address-submit = Send link
address-too-many = Your account has as many addresses as it can have. Remove one first.
address-no-mail = No mail can be sent here, so no address can be added.
field-own = This address belongs to your account already.
confirm-address-title = Confirm this address
confirm-address-lead = It is added to the account { $username }.
confirm-address-submit = Confirm
confirm-address-doubt = Is this not your account? Then close this page: without your confirmation nothing happens.
confirm-address-done-title = The address is confirmed
confirm-address-done = { $address } belongs to your account now.

activity-recovery = A link to set a new password was asked for
activity-email-verified = An address was confirmed
activity-email-primary = The main address was changed
activity-email-removed = An address was removed
activity-mail-failed = A mail to you could not be delivered

## Mails

mail-recovery-subject = Set a new password
mail-recovery = A new password was asked for, for the account { $username }.
mail-asked-from = It was asked for from the address { $address }.
mail-recovery-link = Set a new password
mail-recovery-once = The link works once, and for 30 minutes.
mail-recovery-ignore = If it was not you, do nothing: your password stays as it is.
mail-verification-subject = Confirm your address
mail-verification = The address { $address } is to be added to the account { $username }.
mail-verification-link = Confirm address
mail-verification-once = The link works once, and for an hour.
mail-verification-ignore = If this is not your account, do nothing: the address is not added.
mail-address-in-use-subject = Your address was entered for another account
mail-address-in-use = Somebody wanted to add { $address } to their account. It belongs to your account { $username }.
mail-nothing-happened = Nothing has changed, and you need not do anything.
mail-account-exists-subject = You have an account already
mail-account-exists = Somebody, perhaps you, wanted to create an account with this address. It belongs to the account { $username } already.
mail-account-exists-link = Sign in
mail-account-exists-recover = If you forgot your password, you can set a new one there.
mail-sign-up-subject = Create your account
mail-sign-up = An account with this address was asked for.
mail-sign-up-link = Create account
mail-sign-up-once = The link works once, and for two hours.
mail-sign-up-ignore = If it was not you, do nothing: no account is made.
mail-invitation-subject = You are invited
mail-invitation = You are invited to create an account.
mail-invitation-link = Create account
mail-invitation-once = The link works once.
mail-new-browser-subject = New sign-in to your account
mail-new-browser = Somebody signed in to the account { $username } in a browser in which it was not signed in before.
mail-new-browser-you = If it was you, do nothing. A browser whose cookies were deleted counts as a new one.
mail-new-browser-link = Where you are signed in
mail-new-browser-not-you = If it was not you, sign out that session there, set a new password and tell whoever runs this service.
mail-password-changed-subject = Your password was changed
mail-password-changed = The password of the account { $username } was changed.
mail-password-set = An administrator set a new password for the account { $username }.
mail-password-set-doubt = You are signed out everywhere. If you did not expect this, ask whoever runs this service.
mail-addresses-changed-subject = Your addresses were changed
mail-address-added = The address { $address } was added to the account { $username }.
mail-address-primary = Messages of the account { $username } go to { $address } now.
mail-address-removed = The address { $address } was removed from the account { $username }.
mail-factors-changed-subject = How you sign in was changed
mail-passkey-added = A passkey was added to the account { $username }.
mail-passkey-removed = A passkey was removed from the account { $username }.
mail-totp-added = An app that shows codes was added to the account { $username }.
mail-totp-removed = An app that shows codes was removed from the account { $username }.
mail-recovery-codes-made = New recovery codes were made for the account { $username }.
mail-recovery-codes-removed = The recovery codes of the account { $username } were removed.
mail-recovery-code-used = A recovery code was used to sign in to the account { $username }.
mail-circumstances = When: { $at }. From: { $address }, { $device }.
mail-not-you = If it was not you, set a new password and tell whoever runs this service.

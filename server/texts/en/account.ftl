## The pages of one's own account

account-profile = Profile
account-password = Password
account-app-passwords = App passwords
account-consents = Permissions of applications
account-sessions = Sessions and devices
account-activity = Recent activity
account-save = Save
account-confirm = Changes here need a sign-in of the last ten minutes.
account-confirm-link = Confirm that it is you
account-done-profile = Your profile is saved.
account-done-password = Your password is changed.
account-done-password-and-sessions = Your password is changed, and you are signed out everywhere else.
account-done-app-password = The app password is deleted. Whatever used it is locked out.
account-done-consent = The permission is withdrawn. The application asks again next time.
account-done-session = That session is signed out.
account-done-sessions = You are signed out everywhere but here.

## Profile

profile-lead = Applications that you allow to see your profile are told what stands here.
profile-none = Your profile is looked after by whoever runs this service.
profile-given-name = First name
profile-family-name = Family name
profile-middle-name = Middle name
profile-nickname = Nickname
profile-profile = Profile page
profile-picture = Picture
profile-website = Website
profile-gender = Gender
profile-birthdate = Date of birth
profile-zoneinfo = Time zone
profile-locale = Language
profile-phone-number = Phone number
profile-birthdate-hint = Year, month and day, like 1990-05-31.
profile-zoneinfo-hint = Like Europe/Berlin.
profile-locale-hint = Messages to you are written in it.
profile-locale-browser = As in my browser
profile-phone-number-hint = With the code of the country, like +14155550100.
profile-address-hint = A whole address that begins with https.

## Password

password-current = Current password
password-current-wrong = This is not your current password. Please try again.
password-new = New password
password-none = You have no password yet, and sign in another way. With a password you can sign in here as well.
password-end-others = Sign out everywhere else, and end what applications and API tokens may do for me
password-submit = Change password

strength-weak = This password is easy to guess.
strength-keys = Neighbouring keys are easy to guess.
strength-repeats = Repeats like aaa or abcabc are easy to guess.
strength-common = This is one of the most common passwords.
strength-like-common = This is much like a common password.
strength-sequence = Sequences like abc or 6543 are easy to guess.
strength-date = Years and dates are easy to guess.
strength-word = A single word is easy to guess.
strength-name = Names are easy to guess.
strength-few-words = Use a few words that do not usually stand together.
strength-no-need = Symbols, digits and capital letters are not needed.
strength-another-word = Add another word or two, better uncommon ones.
strength-no-tricks = Capitals, words written backwards and signs in the place of letters help little.
strength-no-repeats = Avoid repeats and sequences.
strength-no-dates = Avoid years and dates that have to do with you.

## App passwords

app-password-lead = For programs that can not open a sign-in page. Each gets one of its own, so that you can take it back alone.
app-password-made = The app password for { $name }
app-password-once = Copy it now: it is not shown again.
app-password-created = Made
app-password-used = last used
app-password-unused = never used
app-password-ends = ends
app-password-endless = does not end
app-password-delete = Delete
app-password-new = New app password
app-password-name = Name
app-password-name-hint = Which program it is for.
app-password-lifetime = Works for
app-password-month = 30 days
app-password-quarter = 90 days
app-password-year = A year
app-password-for-ever = Until I delete it
app-password-submit = Make app password

## Permissions of applications

account-consents-lead = What you have agreed to. An application that you withdraw it from asks you again.
account-consents-none = You have not agreed to anything that would be remembered.
account-consents-may = May
account-consents-granted = Agreed
account-consents-withdraw = Withdraw
account-consents-hint = What an application has learnt already stays with it.

## Sessions and devices

session-lead = Where you are signed in. Sign out what you do not know, and change your password then.
session-device = { $browser } on { $system }
session-unknown = Unknown device
session-here = This browser
session-seen = last seen
session-began = signed in
session-source = through { $source }
session-end-others = Sign out all others
session-hint = Applications keep what you allowed them to keep.

## Recent activity

activity-lead = What happened around your account. Tell whoever runs this service if something of it was not you.
activity-none = Nothing has happened yet.
activity-older = Older
activity-by-others = Not by you
activity-login = You signed in
activity-login-failed = Somebody failed to sign in as you
activity-logout = Signed out
activity-linked = Your account at { $name } was linked
activity-unlinked = Your account at { $name } was unlinked
activity-authorized = You signed in to { $name }
activity-consent-withdrawn = The permission of { $name } was withdrawn
activity-password = Your password was changed
activity-created = Your account was created
activity-updated = Your account was changed
activity-app-password = An app password was made
activity-app-password-deleted = An app password was deleted
activity-suspicious = A token or code of { $name } was used twice and is now locked

## Points in time

moment-now = just now
moment-minutes = { $minutes ->
    [one] { $minutes } minute ago
   *[other] { $minutes } minutes ago
}
moment-hours = { $hours ->
    [one] { $hours } hour ago
   *[other] { $hours } hours ago
}
moment-days = { $days ->
    [one] { $days } day ago
   *[other] { $days } days ago
}

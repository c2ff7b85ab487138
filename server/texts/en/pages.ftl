### English. Complete by definition: every message that a page uses is here.

demonstration-label = Demonstration
demonstration = This is a demonstration. Its accounts and passwords are public, and what you enter is not kept safe.

## Words that several pages share

username = User name
password = Password
password-show = Show
password-hide = Hide
name = Full name
email = Email address
another-account = Use another account
copy = Copy
copied = Copied
or = or

## Sign in

sign-in = Sign in
sign-in-title = Sign in
sign-in-to = to continue to { $application }
sign-in-here = to see your applications
sign-in-again = Please sign in once more, to confirm that it is you.
sign-in-with = Continue with { $source }
sign-in-wrong = That user name and password do not match. Check both and try again.
sign-in-too-many = { $minutes ->
    [one] There were too many failed attempts. Please try again in { $minutes } minute.
   *[other] There were too many failed attempts. Please try again in { $minutes } minutes.
}
sign-in-expired = This form was open for too long. Please enter your password again.
sources-title = Other ways to sign in

## On the way back to an application, in a form

form-post-title = Back to { $application }
form-post-text = You are on your way. If nothing happens, press the button.
form-post-continue = Continue

## First use of a redirect URI

first-use-title = Is this the address of { $application }?
first-use-explains = { $application } has no address here yet, and presents one for the first time. If you agree, people who sign in to { $application } are sent there from now on, and nowhere else.
first-use-address = Address
first-use-destination = Leads to
first-use-plain-http = This address is not encrypted: others on the way can read what is sent there.
first-use-allow = Use this address
first-use-deny = Don’t use it
first-use-doubt = When you are not sure, don’t use it. Whoever owns this address can act for everybody who signs in.

## Consent

consent-title = { $application } would like to use your account
consent-receives = It will be able to
consent-returns-to = Afterwards you go to { $host }.
allow = Allow
deny = Don’t allow
privacy-policy = Privacy policy
terms-of-service = Terms of service
scope-openid = know that it is you
scope-email = see your email address
scope-profile = see your name, your profile and your groups
scope-address = see your postal address
scope-phone = see your phone number
scope-groups = see the groups that you belong to
scope-entitlements = see what you may do in it
scope-offline_access = keep this access while you are away
scope-user = see your profile
scope-read-user = see your profile
scope-user-email = see your email address, your user name and your name
scope-read-org = see the groups that you belong to, as teams
scope-goauthentik-io-api = act for you in Vestibule’s own API
claim-essential = required
claim-name = see your full name
claim-given-name = see your first name
claim-family-name = see your family name
claim-middle-name = see your middle name
claim-nickname = see your nickname
claim-preferred-username = see your user name
claim-profile = see the address of your profile page
claim-picture = see your picture
claim-website = see your website
claim-email = see your email address
claim-email-verified = see whether your email address is confirmed
claim-gender = see your gender
claim-birthdate = see your date of birth
claim-zoneinfo = see your time zone
claim-locale = see your language
claim-phone-number = see your phone number
claim-phone-number-verified = see whether your phone number is confirmed
claim-address = see your postal address
claim-auth-time = see when you signed in
claim-acr = see how securely you signed in
claim-groups = see the groups that you belong to

## Choose an account

choose-account-title = Choose an account
choose-account-to = to continue to { $application }

## A rule refused

denied-title = { $application } is not open to you
denied-rules = The rules that refused
denied-policy = { $rule }
denied-group = Only members of the group { $rule } may use it.
denied-user = It is open to { $rule } only.
denied-next = If you should have access, ask whoever runs this service, and quote the case number.

## Devices

device-title = Connect a device
device-lead = Enter the code that the device shows.
device-code = Code
device-code-hint = Eight letters. Small or capital, with or without the dash.
device-continue = Continue
device-unknown = No device shows this code. Compare it with the one on the device, and try again.
device-expired = This code has expired. Start again on the device, and enter the new code.
device-answered = This code has been answered already. Start again on the device to get a new one.
device-too-many = { $minutes ->
    [one] There were too many wrong codes. Please try again in { $minutes } minute.
   *[other] There were too many wrong codes. Please try again in { $minutes } minutes.
}
device-form-expired = This form was open for too long. Please enter the code again.
device-question-title = { $application } would like to use your account on a device
device-compare = Does the device in front of you show this code?
device-warning = Allow it only if you have just started this yourself. If somebody sent you the code or a link, do not allow it: they would get into your account.
device-asked-from = Asked from the address { $address },
device-asked-ago = { $minutes ->
    [0] just now
    [one] { $minutes } minute ago
   *[other] { $minutes } minutes ago
}
device-allowed-title = The device is connected
device-allowed-text = { $application } goes on there by itself. You can close this window now.
device-denied-title = The device is not connected
device-denied-text = { $application } gets nothing there. You can close this window now.

## Errors

error-title = This can’t go on
error-title-forbidden = You can’t go in here
error-title-not-found = There is nothing here
error-title-too-many = Please wait a little
error-title-ours = Something went wrong on our side
error-given = What came
error-expected = What would be right
error-next-title = What you can do
error-next = Go back to the application and try again. If that does not help, tell whoever runs it, and quote the case number.
error-next-ours = Try again in a moment. If it stays like this, tell whoever runs this service, and quote the case number.
error-case = Case
error-code = Code

## Sign out

sign-out = Sign out
sign-out-title = Sign out?
sign-out-everywhere = Sign out everywhere
sign-out-everywhere-title = Sign out everywhere?
sign-out-everywhere-question = You will be signed out on every device. What applications and API tokens could do for you until now ends too.
sign-out-question = You will have to sign in again to open your applications.
sign-out-asked = { $application } asks to sign you out.
stay-signed-in = Stay signed in
signed-out-title = You are signed out
signed-out-onward = You will be taken back in a moment.
signed-out-text = You can close this window now.
signed-out-source = You are still signed in at { $source }, and come in again from there without a question.
sign-out-source = Sign out at { $source } too
back-to = Back to { $application }
sign-in-anew = Sign in again

## Start page

home-title = Your applications
home-hello = Hello, { $name }
home-signed-in-as = You are signed in as { $username }.
home-applications = Your applications
home-empty = There is nothing for you to open yet. An administrator can give you access to applications.
home-cut = Only the first { $count } are shown. Search for others by their names.
home-others = More applications
home-search = Find an application
home-search-submit = Search
home-search-all = Show all
home-none-found = None of your applications fits “{ $words }”.
administration = Administration

## First administrator

setup-title = Create the first administrator
setup-lead = This link works once. The account that you create now may manage everything here.
setup-username-hint = What you sign in with.
setup-name-hint = How pages greet you.
setup-email-hint = Where messages reach you.
setup-password-hint = Long is better than complicated. A sentence is fine.
setup-submit = Create administrator
setup-address = Vestibule takes { $address } for its own address. If your browser shows another one, set public_url and start it again.
field-missing = Please fill this in.
field-too-short = { $least ->
    [one] Use at least { $least } character.
   *[other] Use at least { $least } characters.
}
field-too-long = { $most ->
    [one] Use at most { $most } character.
   *[other] Use at most { $most } characters.
}
field-malformed = This does not have the right form.
field-taken = Someone else has this already. Please choose another.

enroll-title = Almost there
enroll-lead = { $source } did not tell everything that an account needs.
enroll-username-hint = A name of your own, for this place.
enroll-submit = Continue
source-problem = Signing in through { $source } did not work.
source-problem-back = Sign in another way

account-title = Your account
account-linked = Accounts elsewhere
account-linked-none = No other account is linked to this one.
account-unlink = Unlink
account-link-another = Link another account
account-link-with = Link { $source }
account-last-way-in = This is your only way in. Set a password or link another account first.

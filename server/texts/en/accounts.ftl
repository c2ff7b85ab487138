## Accounts that a browser remembers

account-signed-in = Signed in
account-forget = Remove from this browser
account-forget-named = Remove { $name } from this browser
accounts-remembered = Accounts used in this browser
accounts-explained = This browser remembers these accounts. Passwords are not kept.

// Sends the answer to the application at once. A plain script behind the form, in words that old engines read: they have
// no modules.
document.getElementById("form-post").submit();

//! Recipes: the data, the interface, and for each of them the request of that application from the first redirect to the last claim.

mod data;
mod interface;
mod requests;

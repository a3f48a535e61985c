//! People: signing in and out.

mod sign_in;

//! What the URL table is made of, and how it is registered.

use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpResponse, Responder, Route, guard};

use crate::error::AppError;
use crate::telemetry;

/// A line of the table, for the tests and the documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub method: Method,
    pub path: String,
}

/// Routes on their way into actix.
#[derive(Default)]
pub struct Table {
    /// Pages are not: compressing what holds secrets beside what a stranger chose tells the stranger about them (BREACH).
    compressed: bool,
    /// Paths that begin like this have lines in the access log. Verification does without: a line costs more than a verdict.
    logged: Option<String>,
    routes: Vec<(Line, Route)>,
}

impl Table {
    /// Routes whose answers are compressed.
    pub(super) fn compressed() -> Self {
        Self {
            compressed: true,
            ..Self::default()
        }
    }

    /// Routes of which those with paths that begin like this have lines in the access log.
    pub(super) fn logged(begin: String) -> Self {
        Self {
            logged: Some(begin),
            ..Self::default()
        }
    }

    pub(super) fn get<F, Args>(&mut self, path: impl Into<String>, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::GET, path, handler);
    }

    pub(super) fn post<F, Args>(&mut self, path: impl Into<String>, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::POST, path, handler);
    }

    pub(super) fn patch<F, Args>(&mut self, path: impl Into<String>, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::PATCH, path, handler);
    }

    pub(super) fn delete<F, Args>(&mut self, path: impl Into<String>, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.add(Method::DELETE, path, handler);
    }

    pub(super) fn add<F, Args>(&mut self, method: Method, path: impl Into<String>, handler: F)
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = web::route().to(handler);
        self.routes.push((
            Line {
                method,
                path: path.into(),
            },
            route,
        ));
    }

    /// The lines alone.
    pub fn lines(&self) -> Vec<Line> {
        self.routes.iter().map(|(line, _)| line.clone()).collect()
    }

    /// The paths, each once and in order, with whether GET answers there.
    pub fn pages(&self) -> Vec<(String, bool)> {
        let mut pages: Vec<(String, bool)> = Vec::new();
        for (line, _) in &self.routes {
            let answers = line.method == Method::GET;
            match pages.iter_mut().find(|(path, _)| *path == line.path) {
                Some((_, is_page)) => *is_page |= answers,
                None => pages.push((line.path.clone(), answers)),
            }
        }
        pages
    }

    /// Registers everything: routes of one path are one resource, so that another method is "not allowed" and not "not
    /// found".
    pub fn register(self, config: &mut ServiceConfig) {
        let mut routes: Vec<(String, Vec<Method>, Vec<Route>)> = Vec::new();
        for (line, route) in self.routes {
            match routes.iter_mut().find(|(path, ..)| *path == line.path) {
                Some((_, methods, same)) => {
                    methods.push(line.method);
                    same.push(route);
                }
                None => routes.push((line.path, vec![line.method], vec![route])),
            }
        }
        for (path, methods, same) in routes {
            let allowed = allowed(&methods);
            // What GET answers, HEAD asks about (RFC 9110, section 9.3.2), unless it has a handler of its own: where GET uses
            // something up.
            let is_asked_about = !methods.contains(&Method::HEAD);
            let same = methods.into_iter().zip(same).map(|(method, route)| match method {
                Method::GET if is_asked_about => route.guard(guard::Any(guard::Get()).or(guard::Head())),
                method => route.method(method),
            });
            let resource = web::resource(path.as_str()).default_service(web::to(move || {
                let refused = not_allowed(&allowed);
                async { refused }
            }));
            let resource = same.fold(resource, actix_web::Resource::route);
            if self.compressed {
                config.service(resource.wrap(Compress::default()));
            } else if self.logged.as_ref().is_some_and(|logged| path.starts_with(logged)) {
                config.service(resource.wrap(from_fn(telemetry::access_log)));
            } else {
                config.service(resource);
            }
        }
    }
}

/// The methods of a resource, as `Allow` lists them.
fn allowed(methods: &[Method]) -> String {
    let mut names: Vec<_> = methods.iter().map(Method::as_str).collect();
    if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
        let get = names.iter().position(|name| *name == "GET").unwrap_or_default();
        names.insert(get + 1, "HEAD");
    }
    names.join(", ")
}

/// RFC 9110, section 15.5.6: whoever is told that a method is not allowed is told which are.
fn not_allowed(allowed: &str) -> HttpResponse {
    let mut response = HttpResponse::from_error(AppError::MethodNotAllowed);
    if let Ok(allowed) = HeaderValue::from_str(allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

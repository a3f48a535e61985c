//! A program that calls the API: no cookies, a key in its header.

use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::{Answer, http};

/// A program.
#[derive(Clone)]
pub struct Program {
    client: reqwest::Client,
    address: String,
    key: Option<String>,
}

impl Program {
    /// Without a key it is a stranger.
    pub fn new(address: &str, key: Option<&str>) -> Self {
        Self {
            client: http().build().unwrap(),
            address: address.to_owned(),
            key: key.map(ToOwned::to_owned),
        }
    }

    /// A request with the key, to be filled in further.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path).send().await.unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body).send().await.unwrap()).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::PATCH, path).json(body).send().await.unwrap()).await
    }
}

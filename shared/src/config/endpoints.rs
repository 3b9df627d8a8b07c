//! `MANAGED_ENDPOINTS`: `name=cvpn-endpoint-…:subnet-…,subnet-…;name2=…`.

use std::fmt::Display;
use std::str::FromStr;

use super::reader::Parsed;
use super::values::{each, repeated, wrong};
use crate::model::{EndpointId, EndpointName, ManagedEndpoint, SubnetId};

const FORM: &str = "an endpoint such as `tokyo=cvpn-endpoint-…:subnet-…,subnet-…`";

/// The endpoints, at least one. Space around names and ids does not count, nor does a `;` at the end.
///
/// A subnet may serve several endpoints, and each endpoint only once.
pub(super) fn managed_endpoints(text: &str) -> Parsed<Vec<ManagedEndpoint>> {
    let text = text.trim();
    let endpoints = each(text.strip_suffix(';').unwrap_or(text).split(';'), endpoint)?;
    let names: Vec<_> = endpoints.iter().map(|endpoint| &endpoint.name).collect();
    let ids: Vec<_> = endpoints.iter().map(|endpoint| &endpoint.id).collect();
    let problems = [repeated(&names), repeated(&ids)].concat();
    if problems.is_empty() {
        Ok(endpoints)
    } else {
        Err(problems)
    }
}

fn endpoint(text: &str) -> Parsed<ManagedEndpoint> {
    let (name, id, subnets) = text
        .split_once('=')
        .and_then(|(name, rest)| {
            rest.split_once(':')
                .map(|(id, subnets)| (name, id, subnets))
        })
        .ok_or_else(|| vec![wrong(text.trim(), FORM)])?;
    // All three before the first `?`, so that each one's mistake is reported.
    let name = parse::<EndpointName>(name);
    let id = parse::<EndpointId>(id);
    let subnets = subnets_of(text, subnets);
    match (name, id, subnets) {
        (Ok(name), Ok(id), Ok(subnets)) => Ok(ManagedEndpoint { name, id, subnets }),
        (name, id, subnets) => Err([name.err(), id.err(), subnets.err()]
            .into_iter()
            .flatten()
            .flatten()
            .collect()),
    }
}

fn subnets_of(endpoint: &str, text: &str) -> Parsed<Vec<SubnetId>> {
    let subnets = each(text.split(','), parse::<SubnetId>)?;
    let repeated = repeated(&subnets);
    if repeated.is_empty() {
        Ok(subnets)
    } else {
        let within = |problem: &String| format!("{problem}, in `{}`", endpoint.trim());
        Err(repeated.iter().map(within).collect())
    }
}

fn parse<T: FromStr<Err: Display>>(text: &str) -> Parsed<T> {
    text.trim()
        .parse()
        .map_err(|error: T::Err| vec![error.to_string()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "cvpn-endpoint-0a1b2c3d4e5f60718";
    const B: &str = "cvpn-endpoint-0123456789abcdef0";
    const S: &str = "subnet-0123456789abcdef0";
    const T: &str = "subnet-01234567";

    fn problems(text: &str) -> Vec<String> {
        managed_endpoints(text).expect_err(text)
    }

    #[test]
    fn endpoints_are_read_in_the_order_given() {
        let endpoints = managed_endpoints(&format!("tokyo={A}:{S},{T};osaka={B}:{S}")).unwrap();
        assert_eq!(endpoints.len(), 2);
        assert_eq!(endpoints[0].name.as_str(), "tokyo");
        assert_eq!(endpoints[0].id.as_str(), A);
        let subnets: Vec<&str> = endpoints[0].subnets.iter().map(SubnetId::as_str).collect();
        assert_eq!(subnets, [S, T]);
        assert_eq!(endpoints[1].name.as_str(), "osaka");
    }

    #[test]
    fn space_and_a_last_semicolon_do_not_count() {
        let spaced = format!("\n tokyo = {A} : {S} , {T} ;\n osaka = {B} : {S} ;\n");
        let dense = format!("tokyo={A}:{S},{T};osaka={B}:{S}");
        assert_eq!(managed_endpoints(&spaced), managed_endpoints(&dense));
    }

    #[test]
    fn what_is_not_an_endpoint_is_said_of_each() {
        for text in ["", ";", "tokyo", &format!("tokyo={A}"), &format!("{A}:{S}")] {
            assert!(problems(text)[0].contains(FORM), "{text}");
        }
        assert_eq!(
            problems(&format!(
                "Tokyo={A}:{S};osaka=cvpn-endpoint-1:subnet-2,{S},"
            ))
            .len(),
            4
        );
        assert_eq!(problems(&format!("tokyo={A}:{S};;osaka={B}:{S}")).len(), 1);
        assert!(problems(&format!("tokyo={A}:"))[0].contains("subnet id"));
    }

    #[test]
    fn nothing_may_stand_there_twice() {
        let twice = |text: &str, what: &str| {
            let problems = problems(text);
            assert!(
                matches!(&problems[..], [one] if one.starts_with(&format!("`{what}` stands there twice")))
            );
        };
        twice(&format!("tokyo={A}:{S};tokyo={B}:{S}"), "tokyo");
        twice(&format!("tokyo={A}:{S};osaka={A}:{S}"), A);
        twice(&format!("tokyo={A}:{S},{S}"), S);
    }
}

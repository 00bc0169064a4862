//! A phone number as people write it, turned into the one form that all devices agree on.

use std::borrow::Cow;

use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, ParseError, PhoneNumber, PhoneNumberFormat, PhoneNumberType, Region,
    ValidationError,
};
use thiserror::Error;

/// Why a text is no phone number: each names what to tell the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PhoneError {
    /// Nothing was typed.
    #[error("no number given")]
    Empty,
    /// Letters, or too many signs that no number has.
    #[error("not a phone number")]
    NotANumber,
    /// A national number, and nobody said of which country.
    #[error("the country is missing")]
    NoCountry,
    /// No country has this calling code, or the configured region does not exist.
    #[error("no such country")]
    UnknownCountry,
    /// Digits are missing.
    #[error("too short")]
    TooShort,
    /// Too many digits.
    #[error("too long")]
    TooLong,
    /// No number of this country has this many digits.
    #[error("no number of this country looks so")]
    Invalid,
}

impl PhoneError {
    /// The name of the variant, as the worker sends it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NotANumber => "not-a-number",
            Self::NoCountry => "no-country",
            Self::UnknownCountry => "unknown-country",
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::Invalid => "invalid",
        }
    }
}

/// The number in E.164 (`+48555555555`). `region` is two letters (`PL`) and says how to read a number without a
/// country; empty when nobody knows.
///
/// A number passes when the telephones of its country have numbers of that length. Whether the range is already
/// given to an operator is not asked: these tables age, and a new range must not lock its owner out.
///
/// # Errors
/// What is wrong with the text; see [`PhoneError`].
pub fn parse(text: &str, region: &str) -> Result<String, PhoneError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(PhoneError::Empty);
    }
    let region = known_region(region.trim());
    let international = international(text, region.is_ok());
    let hint = match region {
        Ok(region) => Some(region),
        Err(_) if international.starts_with(['+', '＋']) => None,
        Err(error) if has_digits(text) => return Err(error),
        Err(_) => return Err(PhoneError::NotANumber),
    };
    let number = PHONE_NUMBER_UTIL.parse(&international, hint).map_err(unparsable)?;
    plausible(&number)?;
    Ok(PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164).into_owned())
}

fn known_region(region: &str) -> Result<Region, PhoneError> {
    if region.is_empty() {
        return Err(PhoneError::NoCountry);
    }
    Region::try_from(region.to_ascii_uppercase().as_str())
        .ok()
        .filter(|region| PHONE_NUMBER_UTIL.get_country_code_for_region(*region).is_some())
        .ok_or(PhoneError::UnknownCountry)
}

/// Where no region says how one dials abroad, `00` does: most of the world uses it and no national number
/// begins so.
fn international(text: &str, region_known: bool) -> Cow<'_, str> {
    match text.strip_prefix("00") {
        Some(rest) if !region_known => Cow::Owned(format!("+{rest}")),
        _ => Cow::Borrowed(text),
    }
}

fn has_digits(text: &str) -> bool {
    text.chars().any(char::is_numeric)
}

/// As long as the telephones of its country are, or else one that the tables know (a service, a pager).
fn plausible(number: &PhoneNumber) -> Result<(), PhoneError> {
    let telephone = PhoneNumberType::FixedLineOrMobile;
    match PHONE_NUMBER_UTIL.is_possible_number_for_type_with_reason(number, telephone) {
        Ok(NumberLengthType::IsPossible) => Ok(()),
        _ if PHONE_NUMBER_UTIL.is_valid_number(number) => Ok(()),
        Ok(NumberLengthType::IsPossibleLocalOnly) => Err(PhoneError::TooShort),
        Err(error) => Err(impossible(error)),
    }
}

fn unparsable(error: ParseError) -> PhoneError {
    match error {
        ParseError::InvalidCountryCode => PhoneError::UnknownCountry,
        ParseError::NotANumber(_) => PhoneError::NotANumber,
        ParseError::TooShortAfterIdd | ParseError::TooShortNsn => PhoneError::TooShort,
        ParseError::TooLongNsn => PhoneError::TooLong,
    }
}

fn impossible(error: ValidationError) -> PhoneError {
    match error {
        ValidationError::InvalidCountryCode => PhoneError::UnknownCountry,
        ValidationError::TooShort => PhoneError::TooShort,
        ValidationError::TooLong => PhoneError::TooLong,
        ValidationError::InvalidLength => PhoneError::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, region: &str, expected: Result<&str, PhoneError>) {
        assert_eq!(parse(text, region).as_deref(), expected.as_ref().copied(), "{text:?} in {region:?}");
    }

    #[test]
    fn every_way_to_write_it_is_one_number() {
        for text in [
            "555 555 555",
            "555-555-555",
            "(55) 555 55 55",
            "+48 555-555-555",
            "0048555555555",
            " +48\u{a0}555\u{a0}555\u{a0}555 ",
            "＋48 555 555 555",
            "tel:+48-555-555-555",
        ] {
            check(text, "PL", Ok("+48555555555"));
        }
    }

    #[test]
    fn a_number_with_its_country_needs_no_region() {
        check("+48 555 555 555", "", Ok("+48555555555"));
        check("0048 555 555 555", "", Ok("+48555555555"));
        check("+48 555 555 555", "US", Ok("+48555555555"));
        check("+48 555 555 555", "XX", Ok("+48555555555"));
    }

    #[test]
    fn each_country_dials_in_its_own_way() {
        check("020 7946 0958", "GB", Ok("+442079460958"));
        check("06 698 12345", "IT", Ok("+390669812345"));
        check("+1 555 123 4567", "", Ok("+15551234567"));
        check("116 000", "PL", Err(PhoneError::TooShort));
        check("+800 1234 5678", "", Ok("+80012345678"));
        check("011 48 555 555 555", "us", Ok("+48555555555"));
        check("٥٥٥ ٥٥٥ ٥٥٥", "PL", Ok("+48555555555"));
    }

    #[test]
    fn a_wrong_number_says_what_is_wrong() {
        check("", "PL", Err(PhoneError::Empty));
        check("  ", "", Err(PhoneError::Empty));
        check("hello", "PL", Err(PhoneError::NotANumber));
        check("hello", "", Err(PhoneError::NotANumber));
        check("+", "PL", Err(PhoneError::NotANumber));
        check("555 555 555", "", Err(PhoneError::NoCountry));
        check("555 555 555", "XX", Err(PhoneError::UnknownCountry));
        check("+999 555 555 555", "PL", Err(PhoneError::UnknownCountry));
        check("555 555", "PL", Err(PhoneError::TooShort));
        check("946 0958", "GB", Err(PhoneError::TooShort));
        check("555 1234", "US", Err(PhoneError::TooShort));
        check("+48 5", "PL", Err(PhoneError::TooShort));
        check("555 555 555 555 5", "PL", Err(PhoneError::TooLong));
        check("+48 555 555 555 555 555 555", "PL", Err(PhoneError::TooLong));
    }

    #[test]
    fn no_text_panics() {
        for text in [
            "+00",
            "0",
            "000000000000000000000000",
            "+48+48",
            ";ext=",
            "😀1",
            "1\0",
            "0".repeat(999).as_str(),
        ] {
            for region in ["", "PL", "pl", "é", "ABC", "001"] {
                let _ = parse(text, region);
            }
        }
    }
}

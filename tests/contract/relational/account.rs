use super::{Store, assert_conflict, by_id};
use crate::{
    contract,
    support::{engines::relational, sample, told},
};
use libtest_mimic::Trial;
use polystore::shop::{Account, AccountRefusal, AccountRole, Customer, Event, Fact, NewAccount, Once, ProfileChange, Written};

pub fn trials() -> Vec<Trial> {
    contract!(super::ENGINES, "account", relational;
        accounts_are_found_by_customer_and_by_email,
        signing_up_makes_a_customer_with_an_account_and_tells_it,
        a_taken_email_is_refused_and_nothing_is_written,
        a_taken_id_is_a_conflict_and_nothing_is_written,
        of_many_who_sign_up_with_one_email_at_once_one_does,
        a_hash_that_is_none_is_a_conflict_that_does_not_repeat_it,
        role_and_password_are_set_and_an_account_is_made_if_there_is_none,
        a_profile_change_is_written_and_told,
        a_change_that_changes_nothing_is_done_and_tells_nothing,
        a_profile_change_is_refused_for_an_unknown_customer_and_for_a_taken_email,
        a_request_sent_again_answers_what_was_written_then,
        a_key_used_for_another_request_is_refused,
        a_refusal_does_not_use_up_the_key,
        a_request_sent_many_times_at_once_is_done_once,
        the_hash_is_never_in_the_debug_text,
    )
}

async fn create(store: &Store, new: &NewAccount, once: Option<&Once>) -> Written<Customer, AccountRefusal> {
    store.account_create(new, once.into()).await.unwrap()
}

async fn change(store: &Store, n: u128, change: &ProfileChange) -> Written<Customer, AccountRefusal> {
    store.customer_change(sample::id(n), change, sample::at(99), None.into()).await.unwrap()
}

fn email(email: &str) -> ProfileChange {
    ProfileChange { name: None, email: Some(email.into()) }
}

/// Account number `n` of customer number 1's e-mail.
fn of_the_same_email(n: u128) -> NewAccount {
    let NewAccount { customer, account } = sample::account(n);
    NewAccount { customer: Customer { email: sample::customer(1).email, ..customer }, account }
}

async fn accounts_are_found_by_customer_and_by_email(store: Store) {
    store.customers_put(&[sample::customer(9)]).await.unwrap();
    let rows = [sample::account(1), sample::account(2)];
    for row in &rows {
        assert_eq!(create(&store, row, None).await, Written::Done(row.customer.clone()));
    }
    let ids = [2, 1, 9, 2, 77].map(sample::id);
    let found = by_id(store.accounts_by_customers(&ids).await.unwrap(), |account| account.customer_id);
    assert_eq!(found, rows.clone().map(|row| row.account));
    let emails = [2, 1, 9, 2, 77].map(|n| sample::customer(n).email);
    assert_eq!(by_id(store.accounts_by_emails(&emails).await.unwrap(), |row| row.customer.id), rows);
    let foreign = [sample::customer(1).email.to_uppercase(), "' OR 1=1 --".into(), String::new()];
    assert_eq!(store.accounts_by_emails(&foreign).await.unwrap(), []);
    assert_eq!(store.accounts_by_customers(&[]).await.unwrap(), []);
    assert_eq!(store.accounts_by_emails(&[]).await.unwrap(), []);
}

async fn signing_up_makes_a_customer_with_an_account_and_tells_it(store: Store) {
    let new = sample::account(1);
    create(&store, &new, None).await;
    assert_eq!(store.customers_by_ids(&[new.customer.id]).await.unwrap(), std::slice::from_ref(&new.customer));
    let told = told::everything(&store).await;
    assert_eq!(told, [Event { id: told[0].id, ..Event::signed_up(&new.customer) }]);
    assert_eq!(told[0].fact, Fact::SignedUp { customer_id: new.customer.id });
    assert_eq!((told[0].at, told[0].sequence), (new.customer.created_at, new.customer.created_at.millis()));
}

async fn a_taken_email_is_refused_and_nothing_is_written(store: Store) {
    // taken by somebody without an account, too
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    assert_eq!(create(&store, &of_the_same_email(2), None).await, Written::Refused(AccountRefusal::EmailTaken));
    assert_eq!(store.customers_by_ids(&[sample::id(2)]).await.unwrap(), []);
    assert_eq!(store.accounts_by_customers(&[sample::id(1), sample::id(2)]).await.unwrap(), []);
    assert_eq!(told::everything(&store).await, []);
}

async fn a_taken_id_is_a_conflict_and_nothing_is_written(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let mut twin = sample::account(1);
    assert_conflict(&store, store.account_create(&twin, None.into()).await.map(drop), "the same customer");
    twin.customer.email = "other@example.com".into();
    assert_conflict(&store, store.account_create(&twin, None.into()).await.map(drop), "another e-mail under the same id");
    assert_eq!(store.customers_by_ids(&[sample::id(1)]).await.unwrap(), [sample::customer(1)]);
    assert_eq!(store.accounts_by_customers(&[sample::id(1)]).await.unwrap(), []);
    assert_eq!(told::everything(&store).await, []);
}

async fn of_many_who_sign_up_with_one_email_at_once_one_does(store: Store) {
    let sign_up = |n| {
        let store = store.clone();
        async move { create(&store, &of_the_same_email(n), None).await }
    };
    let written = futures::future::join_all((1..=8).map(sign_up)).await;
    assert_eq!(written.iter().filter(|written| matches!(written, Written::Done(_))).count(), 1, "{written:?}");
    assert_eq!(written.iter().filter(|written| **written == Written::Refused(AccountRefusal::EmailTaken)).count(), 7, "{written:?}");
    assert_eq!(told::everything(&store).await.len(), 1);
}

async fn a_hash_that_is_none_is_a_conflict_that_does_not_repeat_it(store: Store) {
    let mut new = sample::account(1);
    for hash in [String::new(), "secret".repeat(50)] {
        new.account.password_hash = hash;
        let error = store.account_create(&new, None.into()).await.unwrap_err();
        assert!(!format!("{error:?}").contains("secretsecret"), "{error:?}");
        assert_conflict(&store, Err(error), "a hash of no length, or too long");
    }
    assert_eq!(store.customers_by_ids(&[sample::id(1)]).await.unwrap(), [], "a customer was written without the account");
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    assert_conflict(&store, store.account_put(&new.account, None.into()).await.map(drop), "a hash that is too long");
    new.account.password_hash = "x".repeat(256);
    assert!(store.account_put(&new.account, None.into()).await.unwrap());
}

async fn role_and_password_are_set_and_an_account_is_made_if_there_is_none(store: Store) {
    let account = sample::account(1).account;
    assert!(!store.account_put(&account, None.into()).await.unwrap(), "there is no such customer");
    store.customers_put(&[sample::customer(1), sample::customer(2)]).await.unwrap();
    assert!(store.account_put(&account, None.into()).await.unwrap());
    assert_eq!(store.accounts_by_customers(&[sample::id(1)]).await.unwrap(), std::slice::from_ref(&account));
    for &role in AccountRole::ALL {
        let changed = Account { role, password_hash: format!("hash of {role:?}"), ..account.clone() };
        assert!(store.account_put(&changed, None.into()).await.unwrap());
        assert_eq!(store.accounts_by_customers(&[sample::id(1), sample::id(2)]).await.unwrap(), [changed]);
    }
}

async fn a_profile_change_is_written_and_told(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let both = ProfileChange { name: Some("Zoë O'Neill".into()), email: Some("zoe@example.com".into()) };
    let changed = Customer { name: "Zoë O'Neill".into(), email: "zoe@example.com".into(), ..sample::customer(1) };
    assert_eq!(change(&store, 1, &both).await, Written::Done(changed.clone()));
    assert_eq!(store.customers_by_ids(&[sample::id(1)]).await.unwrap(), std::slice::from_ref(&changed));
    let told = told::everything(&store).await;
    assert_eq!(told, [Event { id: told[0].id, ..Event::customer_changed(&changed, sample::at(99)) }]);

    // one at a time; the old address is free again
    let back = change(&store, 1, &email(&sample::customer(1).email)).await;
    assert_eq!(back, Written::Done(Customer { email: sample::customer(1).email, ..changed }));
    store.customers_put(&[Customer { email: "zoe@example.com".into(), ..sample::customer(2) }]).await.unwrap();
    let name = ProfileChange { name: Some(sample::customer(1).name), email: None };
    assert_eq!(change(&store, 1, &name).await, Written::Done(sample::customer(1)));
    assert_eq!(told::everything(&store).await.len(), 2);
}

async fn a_change_that_changes_nothing_is_done_and_tells_nothing(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let same = ProfileChange { name: Some(sample::customer(1).name), email: Some(sample::customer(1).email) };
    for nothing in [ProfileChange::default(), same] {
        assert_eq!(change(&store, 1, &nothing).await, Written::Done(sample::customer(1)));
    }
    assert_eq!(told::everything(&store).await, []);
}

async fn a_profile_change_is_refused_for_an_unknown_customer_and_for_a_taken_email(store: Store) {
    assert_eq!(change(&store, 1, &email("a@example.com")).await, Written::Refused(AccountRefusal::NotFound));
    let rows = [sample::customer(1), sample::customer(2)];
    store.customers_put(&rows).await.unwrap();
    let taken = ProfileChange { name: Some("New".into()), ..email(&sample::customer(2).email) };
    assert_eq!(change(&store, 1, &taken).await, Written::Refused(AccountRefusal::EmailTaken));
    let found = store.customers_by_ids(&[sample::id(1), sample::id(2)]).await.unwrap();
    assert_eq!(by_id(found, |customer| customer.id), rows);
    assert_eq!(told::everything(&store).await, []);
}

async fn a_request_sent_again_answers_what_was_written_then(store: Store) {
    let (new, once) = (sample::account(1), sample::once("sign up", 1));
    assert_eq!(create(&store, &new, Some(&once)).await, Written::Done(new.customer.clone()));
    change(&store, 1, &email("changed@example.com")).await;
    // as the program sends it again: with an id of its own
    let again = of_the_same_email(2);
    assert_eq!(create(&store, &again, Some(&once)).await, Written::Replayed(new.customer.clone()));
    assert_eq!(store.customers_by_ids(&[sample::id(2)]).await.unwrap(), []);

    let (first, once) = (email("first@example.com"), sample::once("change", 1));
    let write = async |change: &ProfileChange| store.customer_change(sample::id(1), change, sample::at(5), (&once).into()).await.unwrap();
    let Written::Done(then) = write(&first).await else { panic!("not done") };
    change(&store, 1, &email("second@example.com")).await;
    assert_eq!(write(&first).await, Written::Replayed(then));
    assert_eq!(store.customers_by_ids(&[sample::id(1)]).await.unwrap()[0].email, "second@example.com");
    // signed up, and changed three times
    assert_eq!(told::everything(&store).await.len(), 4);
}

async fn a_key_used_for_another_request_is_refused(store: Store) {
    create(&store, &sample::account(1), Some(&sample::once("k", 1))).await;
    assert_eq!(create(&store, &sample::account(2), Some(&sample::once("k", 2))).await, Written::KeyReused);
    let other = store.customer_change(sample::id(1), &email("x@example.com"), sample::at(5), (&sample::once("k", 3)).into()).await;
    assert_eq!(other.unwrap(), Written::KeyReused);
    assert_eq!(store.customers_by_ids(&[sample::id(1), sample::id(2)]).await.unwrap(), [sample::customer(1)]);
    // somebody else's key of the same name is another one
    let theirs = Once { scope: "somebody else".into(), ..sample::once("k", 2) };
    assert_eq!(create(&store, &sample::account(2), Some(&theirs)).await, Written::Done(sample::customer(2)));
}

async fn a_refusal_does_not_use_up_the_key(store: Store) {
    store.customers_put(&[sample::customer(1)]).await.unwrap();
    let (once, new) = (sample::once("k", 1), of_the_same_email(2));
    assert_eq!(create(&store, &new, Some(&once)).await, Written::Refused(AccountRefusal::EmailTaken));
    change(&store, 1, &email("away@example.com")).await;
    assert_eq!(create(&store, &new, Some(&once)).await, Written::Done(new.customer.clone()));
    assert_eq!(create(&store, &new, Some(&once)).await, Written::Replayed(new.customer));
}

async fn a_request_sent_many_times_at_once_is_done_once(store: Store) {
    let once = sample::once("k", 1);
    let send = |n| {
        let (store, once) = (store.clone(), once.clone());
        async move { create(&store, &of_the_same_email(n), Some(&once)).await }
    };
    let written = futures::future::join_all((1..=8).map(send)).await;
    let done: Vec<_> =
        written.iter().filter_map(|written| if let Written::Done(customer) = written { Some(customer) } else { None }).collect();
    assert_eq!(done.len(), 1, "{written:?}");
    for other in written.iter().filter(|written| !matches!(written, Written::Done(_))) {
        assert!(*other == Written::InProgress || *other == Written::Replayed(done[0].clone()), "{other:?}");
    }
    assert_eq!(told::everything(&store).await.len(), 1);
}

async fn the_hash_is_never_in_the_debug_text(store: Store) {
    let new = sample::account(1);
    let written = create(&store, &new, Some(&sample::once("k", 1))).await;
    let found =
        (store.accounts_by_customers(&[sample::id(1)]).await.unwrap(), store.accounts_by_emails(&[sample::customer(1).email]).await);
    assert!(found.0[0].password_hash.contains("secret1"));
    let text = format!("{new:?} {written:?} {found:?} {:#?} {:?}", new, told::everything(&store).await);
    assert!(text.contains("customer_id"), "{text}");
    assert!(!text.contains("secret1") && !text.contains("argon2"), "{text}");
}

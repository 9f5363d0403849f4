//! Holm's procedure: many comparisons, one error rate.

/// Which of these chances are small enough that their hypotheses are rejected, with at most `alpha` for any false rejection at all.
pub fn holm(chances: &[f64], alpha: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    let mut rejected = vec![false; chances.len()];
    for (step, place) in order.into_iter().enumerate() {
        if chances[place] > alpha / (chances.len() - step) as f64 {
            break;
        }
        rejected[place] = true;
    }
    rejected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_textbook_example_comes_out() {
        // Holm 1979 as in any textbook: 0.01 <= 0.05/4, 0.02 > 0.05/3 stops the rest
        assert_eq!(holm(&[0.01, 0.04, 0.03, 0.005], 0.05), [true, false, false, true]);
        assert_eq!(holm(&[0.03], 0.05), [true]);
        assert_eq!(holm(&[0.03, 0.03], 0.05), [false, false]);
        assert_eq!(holm(&[], 0.05), [false; 0]);
    }
}

# Makes the reference figures for the simulated trial: Rscript figures.R trial.csv > figures.json
# Debian: r-base-core r-cran-sandwich r-cran-lmtest r-cran-clubsandwich r-cran-jsonlite
suppressPackageStartupMessages({
  library(sandwich); library(lmtest); library(clubSandwich); library(jsonlite)
})

all_children <- read.csv(commandArgs(trailingOnly = TRUE)[1])
all_children$lost <- as.numeric(is.na(all_children$outcome))
trial <- subset(all_children, !is.na(outcome))

# A missing baseline takes the mean of the others in the same analysis, with an indicator.
fill <- function(data) {
  data$unknown <- as.numeric(is.na(data$baseline))
  data$start <- ifelse(is.na(data$baseline), mean(data$baseline, na.rm = TRUE), data$baseline)
  data
}
trial <- fill(trial)
clusters <- length(unique(trial$cluster))
reach <- qt(0.975, clusters - 1)
stage <- function(model, weights, data) {
  variance <- vcovCR(model, cluster = data$cluster, type = "CR3")
  value <- sum(weights * coef(model))
  se <- sqrt(as.numeric(t(weights) %*% variance %*% weights))
  list(value = value, se = se, low = value - reach * se, high = value + reach * se,
       p = 2 * pt(-abs(value / se), clusters - 1))
}
pick <- function(model, ...) {
  weights <- setNames(rep(0, length(coef(model))), names(coef(model)))
  given <- c(...)
  weights[names(given)] <- given
  weights
}

figures <- list()
itt <- lm(outcome ~ arm + start + unknown + stratum, trial)
figures$itt <- stage(itt, pick(itt, arm = 1), trial)
figures$itt$crv1 <- coeftest(itt, vcovCL(itt, ~cluster, type = "HC1"))["arm", 2]

# Standardised by the control group's deviation, Hedges' exact correction.
control <- trial$outcome[trial$arm == 0]
half <- (length(control) - 1) / 2
figures$hedges <- coef(itt)[["arm"]] / sd(control) *
  exp(lgamma(half) - lgamma(half - 0.5)) / sqrt(half)

first <- lm(complied ~ arm + start + unknown + stratum, trial)
figures$first_stage <- stage(first, pick(first, arm = 1), trial)
figures$first_stage$f <- coeftest(first, vcovCL(first, ~cluster, type = "HC1"))["arm", 3]^2

# Two-stage least squares in matrices (Debian's release holds no ivreg of its own).
exogenous <- model.matrix(~ start + unknown + stratum, trial)
z <- cbind(trial$arm, exogenous)
x <- cbind(trial$complied, exogenous)
beta <- solve(t(z) %*% x, t(z) %*% trial$outcome)
scores <- rowsum(z * as.numeric(trial$outcome - x %*% beta), trial$cluster)
small <- clusters / (clusters - 1) * (nrow(x) - 1) / (nrow(x) - ncol(x))
variance <- small * solve(t(z) %*% x) %*% crossprod(scores) %*% t(solve(t(z) %*% x))
figures$cace <- list(value = beta[1], se = sqrt(variance[1, 1]))

# Arm by disadvantage, and the share of the gap closed with Fieller's interval.
known <- fill(subset(all_children, !is.na(outcome) & !is.na(disadvantage)))
gaps <- function(model) {
  both <- "arm:disadvantage"
  variance <- vcovCR(model, cluster = known$cluster, type = "CR3")
  above <- coef(model)[[both]]
  below <- -coef(model)[["disadvantage"]]
  a <- below^2 - reach^2 * variance["disadvantage", "disadvantage"]
  b <- above * below + reach^2 * variance[both, "disadvantage"]
  c <- above^2 - reach^2 * variance[both, both]
  root <- sqrt(b^2 - a * c)
  list(
    others = stage(model, pick(model, arm = 1), known),
    disadvantaged = stage(model, pick(model, arm = 1, "arm:disadvantage" = 1), known),
    interaction = stage(model, pick(model, "arm:disadvantage" = 1), known),
    control_gap = stage(model, pick(model, disadvantage = -1), known),
    treated_gap = stage(model, pick(model, disadvantage = -1, "arm:disadvantage" = -1), known),
    change = stage(model, pick(model, "arm:disadvantage" = -1), known),
    share = list(value = above / below, low = (b - root) / a, high = (b + root) / a)
  )
}
figures$gaps_raw <- gaps(lm(outcome ~ arm * disadvantage, known))
figures$gaps_adjusted <- gaps(lm(outcome ~ arm * disadvantage + start + unknown + stratum, known))

loss <- lm(lost ~ arm + stratum, all_children)
figures$attrition <- stage(loss, pick(loss, arm = 1), all_children)
figures$attrition$overall <- mean(all_children$lost)

apart <- function(column, arm) {
  spread <- sqrt((var(column[arm == 0], na.rm = TRUE) + var(column[arm == 1], na.rm = TRUE)) / 2)
  (mean(column[arm == 1], na.rm = TRUE) - mean(column[arm == 0], na.rm = TRUE)) / spread
}
figures$balance_baseline <- apart(all_children$baseline, all_children$arm)

# ICC: clusters nested in arms, one-way ANOVA, unequal sizes.
table <- anova(lm(outcome ~ factor(arm) + factor(cluster), trial))
sizes <- table(trial$cluster)
of_arm <- tapply(trial$arm, trial$cluster, mean)[names(sizes)]
spread <- sum(tapply(sizes^2, of_arm, sum) / tapply(sizes, of_arm, sum))
usual <- (nrow(trial) - spread) / (clusters - 2)
between <- table["factor(cluster)", "Mean Sq"]
within <- table["Residuals", "Mean Sq"]
figures$icc <- (between - within) / (between + (usual - 1) * within)

change <- subset(all_children, !is.na(outcome) & !is.na(baseline))
before_after <- lm(I(outcome - baseline) ~ 1, change)
figures$change <- stage(before_after, pick(before_after, "(Intercept)" = 1), change)

# Randomisation inference: a regression for each allocation, four of eight in each stratum.
names_of <- lapply(split(trial$cluster, trial$stratum), function(x) sort(unique(x)))
east <- combn(names_of$east, 4, simplify = FALSE)
west <- combn(names_of$west, 4, simplify = FALSE)
studentised <- function(treated, supposed = 0) {
  outcome <- trial$outcome - supposed * trial$arm
  x <- cbind(as.numeric(trial$cluster %in% treated), exogenous)
  inverse <- solve(crossprod(x))
  b <- inverse %*% crossprod(x, outcome)
  scores <- rowsum(x * as.numeric(outcome - x %*% b), trial$cluster)
  b[1] / sqrt((inverse %*% crossprod(scores) %*% inverse)[1, 1])
}
share_as_far <- function(supposed) {
  own <- abs(studentised(unique(trial$cluster[trial$arm == 1]), supposed))
  draws <- unlist(lapply(east, function(e) sapply(west, function(w) {
    studentised(c(e, w), supposed)
  })))
  mean(abs(draws) >= own * (1 - 1e-9))
}
figures$randomisation <- list(
  allocations = length(east) * length(west), p = share_as_far(0), p_supposing_5 = share_as_far(5)
)

cat(toJSON(figures, digits = 12, auto_unbox = TRUE, pretty = TRUE), "\n")

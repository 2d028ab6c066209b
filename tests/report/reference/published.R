# A published trial, out of Debian's r-cran-clubsandwich (GPL-3), not copied here: awards for school
# leavers in 39 Israeli schools; Angrist & Lavy (2009), American Economic Review 99(4), Table 2,
# least squares with the kind of school, cohort of 2001.
# Rscript published.R FILE writes the columns to FILE and prints clubSandwich's figures.
suppressPackageStartupMessages({ library(clubSandwich); library(jsonlite) })

cohort <- subset(AchievementAwardsRCT, year == "2001")
write.csv(
  data.frame(
    cluster = cohort$school_id, stratum = cohort$school_type, arm = cohort$treated,
    outcome = cohort$Bagrut_status, sex = cohort$sex
  ),
  commandArgs(trailingOnly = TRUE)[1], row.names = FALSE
)
figures <- lapply(list(girls = "Girl", boys = "Boy", all = c("Girl", "Boy")), function(sexes) {
  chosen <- subset(cohort, sex %in% sexes)
  model <- lm(Bagrut_status ~ treated + school_type, chosen)
  error <- function(type) {
    sqrt(vcovCR(model, cluster = chosen$school_id, type = type)["treated", "treated"])
  }
  list(value = coef(model)[["treated"]], cr2 = error("CR2"), cr3 = error("CR3"))
})
cat(toJSON(figures, digits = 12, auto_unbox = TRUE), "\n")

# Monthly demand with a horizon that the reader chooses. What was chosen lives in the session.
library(shiny)

ui <- fluidPage(
  titlePanel("Demand by month"),
  sidebarLayout(
    sidebarPanel(
      sliderInput("months", "Months ahead", min = 1, max = 24, value = 6),
      actionButton("keep", "Keep this horizon"),
      textOutput("kept"),
      textOutput("release")
    ),
    mainPanel(tableOutput("forecast"))
  )
)

server <- function(input, output, session) {
  kept <- reactiveVal(integer())
  observeEvent(input$keep, kept(c(kept(), input$months)))
  output$kept <- renderText(paste("Kept:", paste(kept(), collapse = ", ")))
  output$release <- renderText(paste("Release", Sys.getenv("RELEASE", "1")))
  output$forecast <- renderTable({
    demand <- as.numeric(AirPassengers)
    season <- tail(demand, 12) - mean(tail(demand, 12))
    ahead <- seq_len(input$months)
    growth <- (mean(tail(demand, 12)) - mean(tail(demand, 24))) / 6
    data.frame(month = ahead, demand = round(mean(tail(demand, 12)) + growth * ahead + season[(ahead - 1) %% 12 + 1]))
  })
}

shinyApp(ui, server)

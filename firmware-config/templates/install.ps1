# Sets up {{name}}. Not tried on a Windows machine yet: read it before you run it.
# In PowerShell as administrator:  powershell -ExecutionPolicy Bypass -File install.ps1
$ErrorActionPreference = 'Stop'
$home_ = 'C:\Dawr'
# Accounts by their SID, because their names are translated.
$system = '*S-1-5-18'
$administrators = '*S-1-5-32-544'
$users = '*S-1-5-32-545'
$service = '*S-1-5-19'
function Set-Access { icacls @args | Out-Null; if ($LASTEXITCODE -ne 0) { throw "icacls $args failed" } }
# First of all: a folder below C:\ is everybody's to write, and what lies here is run and believed.
New-Item -ItemType Directory -Force -Path $home_ | Out-Null
Set-Access $home_ /setowner $administrators /T /C /Q
Set-Access $home_ /inheritance:r /grant:r "${system}:(OI)(CI)F" "${administrators}:(OI)(CI)F" "${users}:(OI)(CI)RX" "${service}:(OI)(CI)RX"
Get-ChildItem -Force -Path $home_ -Exclude data | ForEach-Object { Set-Access $_.FullName /reset /T /C /Q }
Copy-Item -Force -Path "$PSScriptRoot\*" -Include *.json, *.pem -Destination $home_
reg import "$PSScriptRoot\edge-policy.reg"
powercfg /change standby-timeout-ac 0
powercfg /change monitor-timeout-ac 0
$settings = New-ScheduledTaskSettingsSet -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) -ExecutionTimeLimit ([TimeSpan]::Zero) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
{{#authority}}
Import-Certificate -FilePath "$PSScriptRoot\authority.pem" -CertStoreLocation Cert:\LocalMachine\Root | Out-Null
[Environment]::SetEnvironmentVariable('NODE_EXTRA_CA_CERTS', "$home_\authority.pem", 'Machine')
{{/authority}}
{{#agent}}
# A task, because Node is no service by itself. Its key lies in C:\Dawr\data, for nobody else.
New-Item -ItemType Directory -Force -Path "$home_\data" | Out-Null
Set-Access "$home_\data" /inheritance:r /grant:r "${service}:(OI)(CI)F" "${administrators}:(OI)(CI)F" "${system}:(OI)(CI)F"
$run = New-ScheduledTaskAction -Execute 'node.exe' -WorkingDirectory "$home_\dawr" -Argument '--max-semi-space-size=2 --max-old-space-size=128 build/agent/main.js --server {{server}} --device {{agent}} --data C:\Dawr\data --devices C:\Dawr\devices.json'
$who = New-ScheduledTaskPrincipal -UserId 'S-1-5-19' -LogonType ServiceAccount
Register-ScheduledTask -Force -TaskName 'Dawr agent' -Action $run -Principal $who -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtStartup)
{{/agent}}
{{#page}}
# Of the group of all users, so that it shows for the page's account and runs with no more rights.
$edge = "${env:ProgramFiles(x86)}\Microsoft\Edge\Application\msedge.exe"
$show = New-ScheduledTaskAction -Execute $edge -Argument '{{window}} {{url}} --no-first-run --autoplay-policy=no-user-gesture-required'
$shown = New-ScheduledTaskPrincipal -GroupId 'S-1-5-32-545' -RunLevel Limited
Register-ScheduledTask -Force -TaskName 'Dawr page' -Action $show -Principal $shown -Settings $settings -Trigger (New-ScheduledTaskTrigger -AtLogOn)
{{/page}}
